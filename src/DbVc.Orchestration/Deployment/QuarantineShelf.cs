using System.Text.Json;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>
/// What runs rejected, kept beside the repository for as long as it may be wanted: <c>quarantine/RUN.jsonl</c> in the control folder, a copy of the branch's
/// <c>results/quarantine.jsonl</c> that outlives the branch. It never enters a commit or main's database.
/// </summary>
internal static class QuarantineShelf
{
    private const string Collection = "quarantine";
    private const string Exports = "quarantine-exports";

    /// <summary>Keeps what a run has rejected, in place of what an earlier attempt of the same run has.</summary>
    public static void Keep(WorkspaceContext context, string run, string path)
    {
        var kept = PathOf(context, run);
        Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
        if (new FileInfo(path).Length == 0)
        {
            File.Delete(kept);
            return;
        }

        File.Copy(path, kept + ".new", overwrite: true);
        File.Move(kept + ".new", kept, overwrite: true);
    }

    /// <summary>Records of a run that nobody dealt with yet, in the order in which they were rejected.</summary>
    public static IEnumerable<QuarantinedRecord> ReadOpen(WorkspaceContext context, AgentReport task)
    {
        var run = task.Task;
        var path = PathOf(context, run);
        if (!File.Exists(path)) yield break;
        var done = ReadDone(context, run);
        foreach (var record in QuarantineFile.Read(path, run))
        {
            if (!done.Contains(record.Record)) yield return record with { Header = task.SourceHeader };
        }
    }

    /// <summary>These records need no more care.</summary>
    public static void Close(WorkspaceContext context, IEnumerable<QuarantinedRecord> records)
    {
        using var transaction = context.Repository.Store.Begin();
        foreach (var run in records.GroupBy(r => r.Run))
        {
            var done = ReadDone(context, run.Key);
            done.UnionWith(run.Select(r => r.Record));
            transaction.PutDocument(Collection, run.Key, JsonSerializer.SerializeToUtf8Bytes([.. done.Order()], DeploymentJson.Default.Int64Array));
        }

        transaction.Commit();
    }

    /// <summary>Remembers which records a file holds, so that they can be closed once it was loaded.</summary>
    public static void NoteExport(WorkspaceContext context, string path, IEnumerable<QuarantinedRecord> records)
    {
        var written = records.GroupBy(r => r.Run).ToDictionary(r => r.Key, r => r.Select(q => q.Record).ToArray());
        using var transaction = context.Repository.Store.Begin();
        transaction.PutDocument(Exports, NameOf(path), JsonSerializer.SerializeToUtf8Bytes(written, DeploymentJson.Default.DictionaryStringInt64Array));
        transaction.Commit();
    }

    /// <summary>The records that were written to a file, by run and number; none where it is no file of ours.</summary>
    public static IReadOnlySet<(string Run, long Record)> ReadExport(WorkspaceContext context, string path)
    {
        if (context.Repository.Store.ReadDocument(Exports, NameOf(path)) is not { } bytes) return new HashSet<(string, long)>();
        var written = JsonSerializer.Deserialize(bytes, DeploymentJson.Default.DictionaryStringInt64Array)!;
        return written.SelectMany(run => run.Value.Select(record => (run.Key, record))).ToHashSet();
    }

    private static string NameOf(string path) => Hash.Of(System.Text.Encoding.UTF8.GetBytes(path)).ToString();

    private static HashSet<long> ReadDone(WorkspaceContext context, string run) => context.Repository.Store.ReadDocument(Collection, run) is { } bytes
        ? [.. JsonSerializer.Deserialize(bytes, DeploymentJson.Default.Int64Array)!]
        : [];

    private static string PathOf(WorkspaceContext context, string run) => Path.Combine(context.Layout.Quarantine, run + ".jsonl");
}
