/** A refusal as the real program words it: the sentence, and the lines with the code and the call. */
export class Refusal extends Error {
  /** @param {string} message @param {string} [details] @param {string} [context] */
  constructor(message, details, context) {
    super(message);
    this.details = details;
    this.context = context;
  }

  /** What goes to stderr. */
  get lines() {
    const more = [
      ...(this.details === undefined ? [] : [`Details: code ${this.details}`]),
      ...(this.context === undefined ? [] : [`Context: "${this.context}`]),
    ];
    return [this.message, ...more].map((line) => `VBoxManage: error: ${line}\n`).join('');
  }
}

const codes = {
  notFound: 'VBOX_E_OBJECT_NOT_FOUND (0x80bb0001)',
  vmState: 'VBOX_E_INVALID_VM_STATE (0x80bb0002)',
  file: 'VBOX_E_FILE_ERROR (0x80bb0004)',
  objectState: 'VBOX_E_INVALID_OBJECT_STATE (0x80bb0007)',
  invalid: 'NS_ERROR_INVALID_ARG (0x80070057)',
  failure: 'NS_ERROR_FAILURE (0x80004005)',
};

/** @param {keyof typeof codes} code @param {string} component @param {string} face */
const details = (code, component, face) =>
  `${codes[code]}, component ${component}, interface ${face}, callee nsISupports`;

/** Every refusal that the stand-in knows. */
export const refusals = {
  /** @param {string} name */
  noMachine: (name) =>
    new Refusal(
      `Could not find a registered machine named '${name}'`,
      details('notFound', 'VirtualBoxWrap', 'IVirtualBox'),
      'FindMachine(Bstr(VMNameOrUuid).raw(), machine.asOutParam())" at line 2734 of file VBoxManageInfo.cpp',
    ),
  /** @param {string} name */
  noSnapshot: (name) =>
    new Refusal(
      `Could not find a snapshot named '${name}'`,
      details('notFound', 'SessionMachine', 'IMachine'),
      'FindSnapshot(Bstr(a->argv[2]).raw(), pSnapshot.asOutParam())" at line 516 of file VBoxManageSnapshot.cpp',
    ),
  noSnapshots: () =>
    new Refusal(
      'This machine does not have any snapshots',
      details('notFound', 'SessionMachine', 'IMachine'),
    ),
  /** @param {string} name */
  lockedForSession: (name) =>
    new Refusal(
      `The machine '${name}' is already locked for a session (or being unlocked)`,
      details('objectState', 'MachineWrap', 'IMachine'),
      'LockMachine(a->session, LockType_Write)" at line 640 of file VBoxManageModifyVM.cpp',
    ),
  /** @param {string} name */
  lockedBySession: (name) =>
    new Refusal(
      `The machine '${name}' is already locked by a session (or being locked or unlocked)`,
      details('objectState', 'MachineWrap', 'IMachine'),
      'LaunchVMProcess(a->session, sessionType.raw(), ComSafeArrayAsInParam(aBstrEnv), progress.asOutParam())" at line 921 of file VBoxManageMisc.cpp',
    ),
  /** @param {string} name */
  unregisterLocked: (name) =>
    new Refusal(
      `Cannot unregister the machine '${name}' while it is locked`,
      details('objectState', 'MachineWrap', 'IMachine'),
    ),
  /** @param {string} state */
  notMutable: (state) =>
    new Refusal(
      `The machine is not mutable (state is ${state})`,
      details('vmState', 'SessionMachine', 'IMachine'),
    ),
  /** @param {string} state */
  restoreRunning: (state) =>
    new Refusal(
      `Cannot delete the current state of the running machine (machine state: ${state})`,
      details('vmState', 'SessionMachine', 'IMachine'),
      'RestoreSnapshot(pSnapshot, pProgress.asOutParam())" at line 543 of file VBoxManageSnapshot.cpp',
    ),
  /** @param {string} state */
  nothingSaved: (state) =>
    new Refusal(
      `Invalid machine state: ${state} (must be Saved or AbortedSaved)`,
      details('vmState', 'SessionMachine', 'IMachine'),
    ),
  /** @param {string} name */
  notRunning: (name) => new Refusal(`Machine '${name}' is not currently running.`),
  /** @param {string} file */
  machineExists: (file) =>
    new Refusal(
      `Machine settings file '${file}' already exists`,
      details('file', 'MachineWrap', 'IMachine'),
      'CreateMachine(bstrSettingsFile.raw(), bstrName.raw(), ...)" at line 321 of file VBoxManageMisc.cpp',
    ),
  /** @param {string} file */
  noMedium: (file) =>
    new Refusal(
      `Could not find file for the medium '${file}' (VERR_FILE_NOT_FOUND)`,
      details('file', 'MediumWrap', 'IMedium'),
    ),
  /** @param {string} words */
  badMedium: (words) =>
    new Refusal(`${words} (VERR_NOT_SUPPORTED)`, details('file', 'MediumWrap', 'IMedium')),
  ruleExists: () =>
    new Refusal('A NAT rule of this name already exists', details('invalid', 'NATEngineWrap', 'INATEngine')),
  /** @param {string} reason */
  powerUp: (reason) => new Refusal(reason, `${codes.failure}, component ConsoleWrap, interface IConsole`),
  /** @param {string} words */
  syntax: (words) => new Refusal(words),
};
