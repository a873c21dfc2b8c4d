using DbVc.Cli;

return await new CommandLine().RunAsync(args, Terminal.OfProcess()).ConfigureAwait(false);
