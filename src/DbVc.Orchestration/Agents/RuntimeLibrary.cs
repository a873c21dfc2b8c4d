using DbVc.Live;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>
/// The library that generated code compiles against, copied into the repository. Generated project files name the copy relative to themselves,
/// so they mean the same on every machine and after the folder was moved.
/// </summary>
internal static class RuntimeLibrary
{
    private const string FileName = "DbVc.PipelineRuntime.dll";

    /// <summary>As a project file in <c>branches/NAME/generated</c> or <c>branches/NAME/tests</c> names it.</summary>
    public const string ProjectPath =
        "$(MSBuildThisFileDirectory)../../../" + RepositoryLayout.ControlName + "/" + RepositoryLayout.RuntimeName + "/" + FileName;

    /// <summary>Puts the copy in its place, unless the same bytes lie there already.</summary>
    public static void Place(WorkspaceContext context, WorkerLocation worker)
    {
        var copy = Path.Combine(context.Layout.Runtime, FileName);
        var current = File.ReadAllBytes(Path.Combine(worker.Folder, FileName));
        if (IsAt(copy, current)) return;
        // Tasks that begin at the same time would write the same draft.
        using var held = context.Repository.Store.Lock("runtime", context.Options.LockTimeout);
        if (IsAt(copy, current)) return;
        Directory.CreateDirectory(context.Layout.Runtime);
        WholeFile.Write(copy, current);
    }

    private static bool IsAt(string copy, byte[] current) =>
        RegularFile.TryRead(copy, followLink: false, current.Length, out var placed) is null && placed.AsSpan().SequenceEqual(current);
}
