using DbVc.Commands;

return await new CommandLine().RunAsync(args, Terminal.OfProcess()).ConfigureAwait(false);
