import { parseForwarding, type Forwarding } from './forwarding.js';

/** What `VBoxManage showvminfo --machinereadable` says of a machine, as far as it matters here. */
export interface MachineInfo {
  readonly uuid: string;
  /** VirtualBox's own word: `poweroff`, `saved`, `running`, `aborted`, `paused`, `saving` and more. */
  readonly state: string;
  /** In MiB. */
  readonly memory: number;
  readonly processors: number;
  /** How the first network adapter is attached: `nat`, `bridged`, `none` and more. */
  readonly network: string;
  readonly forwardings: readonly Forwarding[];
  /** Names of all snapshots. */
  readonly snapshots: readonly string[];
  /** The folder with `VBox.log`; undefined where VirtualBox doesn't say. */
  readonly logs: string | undefined;
}

/** Reads the output; undefined when it isn't one of a machine. */
export function parseMachineInfo(output: string): MachineInfo | undefined {
  const pairs = output.split(/\r?\n/).flatMap(parseLine);
  const values = new Map(pairs);
  const [uuid, state] = [values.get('UUID'), values.get('VMState')];
  if (uuid === undefined || state === undefined) return undefined;
  return {
    uuid,
    state,
    memory: Number(values.get('memory')),
    processors: Number(values.get('cpus')),
    network: values.get('nic1') ?? 'none',
    forwardings: pairs.flatMap(([key, value]) =>
      /^Forwarding\(\d+\)$/.test(key) ? parseForwarding(value) : [],
    ),
    snapshots: pairs.flatMap(([key, value]) => (/^SnapshotName(-\d+)*$/.test(key) ? [value] : [])),
    logs: values.get('LogFldr'),
  };
}

/** `key="value"`, `key=value` or `"key"="value"`; quotes and backslashes inside the quotes are escaped. */
function parseLine(line: string): [key: string, value: string][] {
  const [, key, quoted, plain] = /^"?((?:[^"=\\]|\\.)+)"?=(?:"(.*)"|([^"].*)?)$/.exec(line) ?? [];
  if (key === undefined) return [];
  return [[unescape(key), quoted === undefined ? (plain ?? '') : unescape(quoted)]];
}

function unescape(text: string): string {
  return text.replace(/\\(["\\])/g, '$1');
}

/** Whether a machine's processes run, or are about to: then it can't be started, changed or put back. */
export function isUp({ state }: MachineInfo): boolean {
  return !['poweroff', 'saved', 'aborted', 'aborted-saved', 'teleported'].includes(state);
}
