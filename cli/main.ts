// The `tekcast` command. Options in, an exit code out; what a run does lives in commands/.
import { Command, CommanderError } from 'commander';
import { isTekcastError } from 'tekcast';
import { bsCommand } from './commands/bs.js';
import { decodeCommand } from './commands/decode.js';
import { demoCommand } from './commands/demo.js';
import { pkiCommand } from './commands/pki.js';
import { sizeCommand } from './commands/size.js';
import { ssCommand } from './commands/ss.js';
import { demoStationCommand } from './demo/child.js';
import { CliError, EXIT, exitCodesHelp, reason } from './exit.js';
import { toleratePipeEnd } from './output.js';
import { version } from './version.js';

const program = new Command('tekcast')
  .description(
    'Service-specific traffic encryption keys for IEEE 802.16: generated, distributed over PKM, rotated without an outage.',
  )
  .version(version)
  .addCommand(demoCommand())
  .addCommand(bsCommand())
  .addCommand(ssCommand())
  .addCommand(decodeCommand())
  .addCommand(pkiCommand())
  .addCommand(sizeCommand())
  .addCommand(demoStationCommand(), { hidden: true })
  .addHelpText('after', `${exitCodesHelp(Object.values(EXIT))}\n\nStart here: tekcast demo`);

/** `name` is what the command is called by. */
function adopt(command: Command, name: string): void {
  command.exitOverride().showHelpAfterError(`(${name} --help says more)`);
  for (const one of command.commands) adopt(one, `${name} ${one.name()}`);
}
adopt(program, 'tekcast');

toleratePipeEnd();
try {
  await program.parseAsync();
} catch (e) {
  if (e instanceof CommanderError) {
    // Commander has printed already: help and version end well, everything else is wrong usage.
    process.exitCode = e.exitCode === 0 ? EXIT.OK : EXIT.USAGE;
  } else {
    process.stderr.write(`tekcast: ${reason(e)}\n`);
    if (!(e instanceof CliError || isTekcastError(e)) && e instanceof Error) process.stderr.write(`${e.stack}\n`);
    process.exitCode = e instanceof CliError ? e.exitCode : EXIT.FAILED;
  }
}
