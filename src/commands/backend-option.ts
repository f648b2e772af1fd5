/** The option with which a command chooses a backend. */
export interface BackendOptions {
  readonly backend?: string;
}

/** `--backend`, as every command has it that makes or starts a target. */
export const backendOption = [
  '--backend <name>',
  'kvm, lxc or vbox (default: the first of them that works here and has the base image)',
] as const;
