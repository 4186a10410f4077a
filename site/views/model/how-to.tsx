/** How to make a model, in four steps. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { copyText } from '../../components/clipboard.ts';
import { announce } from '../../state/store.ts';

const TRAIN = 'npx pipeline train --data photos --preset small --minutes 30 --out runs/photos';
const EXPORT = 'npx pipeline export --run runs/photos --out models/photos';

export function HowTo(): JSX.Element {
  return (
    <Card title="Make one" class="model-how">
      <ol class="model-steps grid gap-20">
        <Step title="Collect pictures">
          Put them into a folder, <code>photos</code>. With a folder inside it for each class, you can ask the model for
          a class.
        </Step>
        <Step title="Train" command={TRAIN}>
          In the project's folder, after <code>npm ci</code>. You can stop it, and continue with <code>--resume</code>.
        </Step>
        <Step title="Export" command={EXPORT}>
          Makes a folder with the network as ONNX and everything that sampling needs.
        </Step>
        <Step title="Drop it here">
          The folder <code>models/photos</code>, as it is, or as a zip file.
        </Step>
      </ol>
      <details class="model-inside">
        <summary>What is in a model folder</summary>
        <ul>
          {INSIDE.map(([path, what]) => (
            <li key={path}>
              <code>{path}</code>
              <span class="muted"> {what}</span>
            </li>
          ))}
        </ul>
      </details>
    </Card>
  );
}

const INSIDE = [
  ['scheduler/scheduler_config.json', 'the noise schedule'],
  ['unet/config.json', 'size, channels, classes'],
  ['unet/model.onnx', 'the network'],
  ['model_index.json', 'names of the classes, where they have names; not needed to sample'],
  ['README.md, samples.png', 'not needed to sample'],
] as const;

interface StepProps {
  title: string;
  command?: string;
  children: ComponentChildren;
}

function Step({ title, command, children }: StepProps): JSX.Element {
  return (
    <li>
      <h3>{title}</h3>
      <p class="muted">{children}</p>
      {command && <Command text={command} />}
    </li>
  );
}

/** A line may break before an option, not within it or between it and its value. */
const words = (command: string): string[] => command.split(/ (?=--)/);

const COPIED_FOR = 2000; // ms

function Command({ text }: { text: string }): JSX.Element {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_FOR);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    if (!(await copyText(text, 'mark the command and copy it'))) return;
    setCopied(true);
    announce('The command is in the clipboard.');
  };
  return (
    <div class="model-command">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <pre tabIndex={0}>
        <code>
          {words(text).map((word) => (
            <span key={word}>{word} </span>
          ))}
        </code>
      </pre>
      <Button kind="quiet" icon={copied ? 'check' : undefined} onClick={copy} aria-label={`Copy: ${text}`}>
        {copied ? 'Copied' : 'Copy'}
      </Button>
    </div>
  );
}
