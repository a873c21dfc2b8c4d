using System.Diagnostics;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>Whether generated code can be shut in on this machine: looks for the parts of the sandbox, then starts it once, for real.</summary>
public static class SandboxCheck
{
    /// <param name="workerFolder">Where the worker program is.</param>
    public static IReadOnlyList<CheckupItem> Run(string workerFolder)
    {
        var items = SandboxProgram.Needed.Select(Examine).ToList();
        if (!File.Exists(Path.Combine(workerFolder, WorkerLocation.AssemblyName)))
            return [.. items, new CheckupItem("worker", false, $"not in {workerFolder}", "Publish it with: ./dev publish")];
        items.Add(new CheckupItem("worker", true, workerFolder, null));
        items.Add(Try(new WorkerOptions(new WorkerLocation(workerFolder))));
        return items;
    }

    private static CheckupItem Examine(SandboxProgram program) =>
        program.Find() is { } path
            ? new CheckupItem(program.Name, true, path, null)
            : new CheckupItem(program.Name, false, $"missing; it {program.Purpose} (package {program.Package})", program.Remedy);

    private static CheckupItem Try(WorkerOptions options)
    {
        const string Name = "sandbox";
        var clock = Stopwatch.StartNew();
        try
        {
            using var session = WorkerSession.Start(options);
            var said = FormattableString.Invariant($"started, and the worker in it answered after {clock.Elapsed.TotalSeconds:0.0} s");
            return new CheckupItem(Name, true, said, null);
        }
        catch (DbVcException failure)
        {
            return new CheckupItem(Name, false, $"{failure.Code}: {failure.Message}", failure.Hint);
        }
    }
}
