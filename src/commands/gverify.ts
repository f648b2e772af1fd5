import type { DefineCommand } from './command.js';
import { checkOptions, collect, type GverifyOptions } from './options/gverify-options.js';

/** `gverify`: checks everybody's signatures and compares what they built. */
export const define: DefineCommand = (program, context) =>
  program
    .usage('[options] <descriptor>.yml\n       gverify --all [options] [<repository>]')
    .description("Checks everybody's signatures on a release, and compares what they built.")
    .argument('[descriptor]', 'the YAML file that describes the build; with --all a signature repository')
    .option('-v, --verbose', 'show keys, times, and the lines that differ')
    .option('-m, --markup', 'print verdicts in bold (default: on a terminal)')
    .option('--no-markup', 'print no escape codes')
    .option(
      '-r, --release <name>',
      'the release to verify (default: current); with --all a pattern such as 0.21.*',
    )
    .option(
      '-d, --destination <dir>',
      'where assertions lie (default: sigs/<name>, below $GITIAN_BASE where it is set)',
    )
    .option(
      '-c, --compare-to <signer>',
      "compare with this signer's outputs (default: those that most keys, or weight, signed)",
    )
    .option('-p, --verify-program <cmd>', 'what checks signatures (default: gpg)')
    .option('--keys <path>', 'check with the public keys in this file or folder; may be repeated', collect)
    .option('--signers <file>', "a YAML list of signers and their keys' fingerprints")
    .option('--strict', 'weak signatures fail')
    .option('--explain', 'show what those who differ had different')
    .option('--threshold <n>', 'verified if this many keys, or this much weight, signed the same')
    .option('--require <signer>', 'verified only if this signer is among them; may be repeated', collect)
    .option('--all', 'verify everything below a signature repository')
    .option('--package <name>', 'with --all: only packages that match this pattern')
    .option('--since <day>', 'with --all: only what somebody has signed since then')
    .option('--format <format>', 'how the answer is written: text (default), json or github')
    .option('--json', 'the same as --format json')
    .option('--fetch-keys', 'let GnuPG fetch keys that are not at hand from a key server')
    .action(async (path: string | undefined, options: GverifyOptions) => {
      checkOptions(options, path);
      if (options.all === true) {
        const { verifyAll } = await import('./gverify-repository.js');
        await verifyAll(path, options, context);
      } else if (path === undefined) {
        program.error("error: missing required argument 'descriptor'");
      } else {
        const { verifyOne } = await import('./gverify-release.js');
        await verifyOne(path, options, context);
      }
    });
