import yoctoSpinner from 'yocto-spinner';

/** One line at the bottom of a terminal that shows what goes on. */
export interface MovingLine {
  show(progress: string): void;
  /** Writes lines above it. */
  above(text: string): void;
  /** Removes it. */
  end(): void;
}

/** Starts the moving line of a step. */
export function movingLine(stream: NodeJS.WriteStream, title: string): MovingLine {
  // An interruption is this program's own to handle: the spinner would end the process before anything is cleaned up.
  const spinner = yoctoSpinner({ text: title, stream, handleSignals: false }).start();
  const end = (): void => {
    process.off('exit', end);
    spinner.stop();
  };
  // However the process ends, the terminal gets its cursor back.
  process.on('exit', end);
  return {
    show: (progress) => {
      spinner.text = `${title}: ${progress}`;
    },
    above: (text) => {
      stream.write(text);
    },
    end,
  };
}
