"""Pictures by the hundred thousand as 64 tasks of Ray, without a queue of our own: task i makes every 64th shard.

    python deploy/bulk_ray.py --count 100000 --device cpu --out /shared/bulk

All options but --tasks are those of `pipeline worker --shards`. Run from the folder of the project, which every node has at the
same path, as it has --out. A task that is lost starts again, and finds what it has finished.
"""

import argparse
import subprocess

import ray

PIPELINE = ["node", "pipeline/bin/pipeline.mjs"]
LISTED = ["--device", "--batch"]  # options of worker that its merge does not have


@ray.remote(num_cpus=2, max_retries=3, retry_exceptions=True)
def make(task: int, tasks: int, options: list[str]) -> None:
    subprocess.run([*PIPELINE, "worker", "--shards", f"{task}/{tasks}", *options], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=64)
    known, options = parser.parse_known_args()
    ray.init()
    ray.get([make.remote(task, known.tasks, options) for task in range(known.tasks)])
    order = [word for i, word in enumerate(options) if word not in LISTED and (i == 0 or options[i - 1] not in LISTED)]
    subprocess.run([*PIPELINE, "generate", "--merge", *order], check=True)


if __name__ == "__main__":
    main()
