using System.Globalization;
using System.Security.Cryptography;
using DbVc.Fetching;
using DbVc.Live;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>
/// Sources that are no files: fetched once for a task, by the host, into <c>fetched/</c> of the control folder, where all that reads the source finds it.
/// It goes with the task's branch. What a killed fetch has left is gone on with by the next one for the same.
/// </summary>
internal static class FetchedFiles
{
    private const string CursorName = "cursor.json";
    private const int PagesPerMessage = 50;

    /// <summary>Fetches a pipeline's source; the file's path, or null where nothing is new. Throws failures <c>fetch.*</c>, <c>source.empty</c>, and kind
    /// Locked where another process fetches the same.</summary>
    /// <param name="context">The repository.</param>
    /// <param name="spec">With something to fetch.</param>
    /// <param name="metadataFolder">Where relative paths begin, before the working folder.</param>
    /// <param name="since">How far it was loaded before; null for nothing.</param>
    /// <param name="watch">Hears of it, and stops it.</param>
    public static string? Fetch(WorkspaceContext context, PipelineSpec spec, string metadataFolder, FetchedCursor? since, FetchWatch watch)
    {
        var fetch = spec.Source.Fetch!;
        var identity = since is null ? fetch.Identity : Hash.Of([.. fetch.Identity.ToBytes(), .. since.ToBytes()]);
        var options = new FetchOptions(context.Options.Clock, [metadataFolder, Directory.GetCurrentDirectory()])
        {
            PrivateHosts = context.Configuration.PrivateHosts,
            Since = since,
            Notice = watch.Progress.Message,
            Progress = (pages, records) => Say(watch, pages, records),
        };
        using var alone = HoldAlone(context, identity);
        try
        {
            var beginning = Path.Combine(context.Layout.Fetched, "unfinished-" + identity);
            using var journal = FetchJournal.Open(beginning, identity, context.Options.Clock, fetch.LongestRest);
            watch.Progress.Message(journal.Resumed == 0
                ? $"fetching {spec.Source.Location}"
                : string.Create(CultureInfo.InvariantCulture, $"fetching {spec.Source.Location}, on from page {journal.Resumed + 1}"));
            FetchedSources.For(fetch, options).Fetch(journal, watch.Cancel);
            return Keep(context, spec, journal, since, watch);
        }
        catch (IOException failure)
        {
            throw new DbVcException(FailureKind.Failed, "fetch.disk", $"What is fetched cannot be written: {failure.Message}", context.Layout.Fetched,
                "Free some space there.", failure);
        }
    }

    /// <summary>How far a fetched file goes; null where the source is not incremental, or the file was not fetched.</summary>
    public static FetchedCursor? FindCursor(WorkspaceContext context, string path) =>
        FolderOf(context, path) is { } folder && File.Exists(Path.Combine(folder, CursorName))
            ? FetchedCursor.Parse(File.ReadAllBytes(Path.Combine(folder, CursorName)))
            : null;

    /// <summary>Where a file lies now that was fetched once; null for any other path.</summary>
    public static string? Locate(WorkspaceContext context, string? path) =>
        FolderOf(context, path) is { } folder ? Path.Combine(folder, Path.GetFileName(path!)) : null;

    /// <summary>Removes a fetched file; any other one is left alone.</summary>
    public static void Remove(WorkspaceContext context, string? path)
    {
        if (FolderOf(context, path) is { } folder && Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    /// <summary>Removes what was fetched for the tasks of a branch.</summary>
    public static void RemoveOf(WorkspaceContext context, BranchName branch)
    {
        if (!Directory.Exists(context.Layout.Fetched)) return;
        foreach (var task in AgentTasks.List(context).Where(t => t.Branch == branch.Text)) Remove(context, task.SourcePath);
    }

    /// <summary>Removes what no task refers to, and beginnings that nobody went on with for a day.</summary>
    public static void Sweep(WorkspaceContext context)
    {
        if (!Directory.Exists(context.Layout.Fetched)) return;
        var old = context.Options.Clock.GetUtcNow().UtcDateTime.AddDays(-1);
        var needed = AgentTasks.List(context).Select(t => FolderOf(context, t.SourcePath)).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var folder in Directory.EnumerateDirectories(context.Layout.Fetched).Where(f => !needed.Contains(f) && LastWrite(f) < old))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string? Keep(WorkspaceContext context, PipelineSpec spec, FetchJournal journal, FetchedCursor? since, FetchWatch watch)
    {
        var (fetch, pages, records) = (spec.Source.Fetch!, journal.Pages.Count, journal.Records);
        var folder = Path.Combine(context.Layout.Fetched, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)));
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, TaskNames.Plain(fetch.Subject) + ".jsonl");
        var found = records;
        if (fetch.Increment is not { } increment) journal.MoveTo(path);
        else
        {
            (var cursor, found) = journal.MoveNewTo(path, increment, since);
            if (cursor is not null) File.WriteAllBytes(Path.Combine(folder, CursorName), cursor.ToBytes());
        }

        var known = found == records ? "" : string.Create(CultureInfo.InvariantCulture, $", {records - found:N0} of them loaded before");
        var noun = pages == 1 ? "page" : "pages";
        watch.Progress.Message(string.Create(CultureInfo.InvariantCulture, $"fetched {records:N0} records on {pages:N0} {noun}{known}"));
        if (found > 0) return path;
        Directory.Delete(folder, recursive: true);
        if (since is not null) return null;
        throw new DbVcException(FailureKind.Failed, "source.empty", "The source has no record.", spec.Source.Location,
            "Check the location and its parameters.");
    }

    private static void Say(FetchWatch watch, int pages, long records)
    {
        if (pages % PagesPerMessage != 0 || records == 0) return;
        watch.Progress.Message(string.Create(CultureInfo.InvariantCulture, $"fetched {records:N0} records so far"));
    }

    private static DateTime LastWrite(string folder) =>
        Directory.EnumerateFiles(folder).Select(File.GetLastWriteTimeUtc).Append(Directory.GetLastWriteTimeUtc(folder)).Max();

    /// <summary>The folder of a fetched file, where it lies now: a repository may have been moved since the path was written down.</summary>
    private static string? FolderOf(WorkspaceContext context, string? path)
    {
        var fetched = context.Layout.Fetched;
        if (path is null || Path.GetDirectoryName(path) is not { } folder || Path.GetDirectoryName(folder) is not { } parent) return null;
        var isOne = Path.GetFileName(parent) == Path.GetFileName(fetched) && Path.GetFileName(Path.GetDirectoryName(parent)) == RepositoryLayout.ControlName;
        return isOne ? Path.Combine(fetched, Path.GetFileName(folder)) : null;
    }

    private static IDisposable HoldAlone(WorkspaceContext context, Hash identity)
    {
        try
        {
            return context.Repository.Store.Lock("fetch-" + identity, context.Options.LockTimeout);
        }
        catch (DbVcException failure) when (failure.Kind == FailureKind.Locked)
        {
            throw new DbVcException(FailureKind.Locked, "fetch.running", "Another process is fetching the same.", hint: "Wait for it.", inner: failure);
        }
    }
}

/// <summary>Who hears of a fetch, and what stops it.</summary>
internal sealed record FetchWatch(IAgentProgress Progress, CancellationToken Cancel);
