using System.Globalization;
using DbVc.Worker;

// serve <cpu seconds> <data bytes> <file bytes> <open files> <processes>: compile, test and run what standard input asks for.
// tests <folder> <assembly> <mutant seconds> <known>: run the tests of an assembly, then try its mutants after the first known ones, and write
// results into the folder.
switch (args)
{
    case ["serve", var cpu, var data, var file, var openFiles, var processes]:
        var limits = Array.ConvertAll([cpu, data, file, openFiles, processes], text => long.Parse(text, CultureInfo.InvariantCulture));
        ResourceLimits.DieWithParent();
        ResourceLimits.Apply(limits);
        SystemCallFilter.ForbidHostCalls();
        using (var output = StandardStreams.TakeOutput())
        using (var input = StandardStreams.OpenInput())
            new WorkerLoop(input, output).Serve();
        return 0;
    case ["tests", var folder, var assembly, var mutantSeconds, var known]:
        ResourceLimits.DieWithParent();
        SystemCallFilter.ForbidNewProcesses();
        return TestProgram.Run(folder, assembly, double.Parse(mutantSeconds, CultureInfo.InvariantCulture), int.Parse(known, CultureInfo.InvariantCulture));
    default:
        Console.Error.WriteLine("DbVc.Worker is started by db-vc.");
        return 2;
}
