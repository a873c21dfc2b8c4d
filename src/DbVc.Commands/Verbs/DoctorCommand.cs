using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Says what this machine lacks and how to get it.</summary>
internal static class DoctorCommand
{
    public static Verb Create()
    {
        var fix = new Option<bool>("--fix") { Description = "Drop databases of branches that no longer exist." };
        return new Verb("doctor", "Check what this machine needs to run agents, and in a repository how its databases are.",
            "db-vc doctor", "db-vc doctor --fix")
        {
            fix,
        }.Answers<DoctorDocument>().Runs(context =>
        {
            var checkup = Examine(context, context.Get(fix), out var failure);
            var checks = Checks(context.Surroundings.WorkerFolder).ToList();
            if (failure is not null) checks.Add(new Check("repository", false, failure.Message, failure.Hint ?? ""));
            checks.AddRange((checkup?.Items ?? []).Select(From));
            var isOk = checks.TrueForAll(check => check.IsFound);
            foreach (var check in checks)
            {
                context.Output.Line(check.IsFound ? Piece.Good("✓ ") : Piece.Bad("✗ "), check.Name, "  ", Piece.Dim(check.Detail));
                if (!check.IsFound) context.Output.Line("    ", check.Install);
            }

            foreach (var dropped in checkup?.Dropped ?? []) context.Output.Line(Piece.Good("✓ "), "Dropped ", dropped);
            context.Output.Json(ToJson(checks, checkup));
            return isOk ? 0 : (int)FailureKind.Failed;
        });
    }

    private static DoctorDocument ToJson(List<Check> checks, CheckupReport? checkup) => new(checks.TrueForAll(check => check.IsFound),
        Json.List(checks, check => new CheckDocument(check.Name, check.IsFound, check.Detail, check.IsFound ? null : check.Install)),
        checkup?.Shadow.ToJson(), checkup?.Orphans, checkup?.Dropped);

    /// <summary>Null outside a repository, and where it cannot be opened; then the failure says why.</summary>
    private static CheckupReport? Examine(CommandContext context, bool fix, out DbVcException? failure)
    {
        failure = null;
        try
        {
            using var workspace = Session.Open(context);
            return workspace.Upkeep.Examine(fix);
        }
        catch (DbVcException caught) when (caught.Code is not ("access.denied" or "token.scope"))
        {
            if (caught.Code != "repository.missing") failure = caught;
            return null;
        }
    }

    private static IEnumerable<Check> Checks(string workerFolder)
    {
        yield return new Check("linux", OperatingSystem.IsLinux(), Environment.OSVersion.ToString(), "The sandbox for generated code needs Linux.");
        yield return new Check("dotnet", true, $"runtime {Environment.Version}", "");
        foreach (var item in SandboxCheck.Run(workerFolder)) yield return From(item);
    }

    private static Check From(CheckupItem item) => new(item.Name, item.IsOk, item.Detail, item.Remedy ?? "");

    private sealed record Check(string Name, bool IsFound, string Detail, string Install);
}
