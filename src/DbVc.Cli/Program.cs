using DbVc.Cli;
using DbVc.Commands;

var terminal = Terminal.OfProcess();
return await new CommandLine().RunAsync(args, terminal, (commands, parsed, verb, stop) => RemoteRun.Find(commands, parsed, verb, terminal, stop))
    .ConfigureAwait(false);
