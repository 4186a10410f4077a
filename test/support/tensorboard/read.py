"""What TensorBoard makes of the event files of a folder, as JSON: scalars and images as [step, value or PNG's base64]."""

import base64
import json
import sys

from tensorboard.backend.event_processing.event_accumulator import STORE_EVERYTHING_SIZE_GUIDANCE, EventAccumulator

events = EventAccumulator(sys.argv[1], STORE_EVERYTHING_SIZE_GUIDANCE).Reload()
tags = events.Tags()
print(
    json.dumps(
        {
            "scalars": {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in tags["scalars"]},
            "images": {
                tag: [[e.step, e.width, e.height, base64.b64encode(e.encoded_image_string).decode()] for e in events.Images(tag)]
                for tag in tags["images"]
            },
        }
    )
)
