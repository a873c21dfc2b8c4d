using System.Security.Cryptography;
using System.Text.Json;
using DbVc.Model;
using DbVc.Pipelines;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// One source that a pipeline has loaded: <c>state/HASH.json</c> among its files, so that it is merged, taken back and blamed with the rows that it speaks
/// about. It names its run: two branches that load the same source differ in it, and their merge is a conflict instead of every row twice.
/// </summary>
/// <param name="Content">SHA-256 of the source's bytes, 64 hexadecimal digits.</param>
/// <param name="Name">The file's name, for people.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Records">How many records it had.</param>
/// <param name="Run">The task or run that loaded it.</param>
public sealed record SourceLoad(string Content, string Name, long Bytes, long Records, string Run)
{
    private static string PathOf(string content) => $"{Checkout.StateFolder}/{content[..40]}.json";

    /// <summary>What names a source whatever it is called.</summary>
    internal static string HashOf(SourceFile source)
    {
        using var stream = source.OpenStream();
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>The load of a source that a commit knows of; null if it knows of none.</summary>
    internal static SourceLoad? Find(SnapshotReader snapshot, string pipeline, string content) =>
        snapshot.ReadFile($"pipelines/{pipeline}/{PathOf(content)}") is { } bytes ? Parse(bytes.Span) : null;

    /// <summary>The load of a plan's source that a commit knows of; null if it knows of none.</summary>
    internal static SourceLoad? Find(SnapshotReader snapshot, string pipeline, TaskPlan plan)
    {
        using var source = SourceFile.Open(plan.SourcePath, plan.Spec.Source);
        return Find(snapshot, pipeline, HashOf(source));
    }

    /// <summary>Writes it among the files of a branch, in place of what an earlier attempt there has left.</summary>
    internal void Write(Checkout checkout, SnapshotReader started, string pipeline)
    {
        var folder = Path.Combine(checkout.Folder, Checkout.StateFolder);
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(folder).Where(f => Path.GetFileName(f) != SourceForm.FileName))
        {
            if (started.ReadFile($"pipelines/{pipeline}/{Checkout.StateFolder}/{Path.GetFileName(file)}") is null) File.Delete(file);
        }

        WholeFile.Write(Path.Combine(checkout.Folder, PathOf(Content)), JsonSerializer.SerializeToUtf8Bytes(this, DeploymentJson.Default.SourceLoad));
    }

    private static SourceLoad? Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, DeploymentJson.Default.SourceLoad);
        }
        catch (JsonException failure)
        {
            throw new DbVcException(FailureKind.Failed, "pipeline.state", "What the pipeline remembers of its loads cannot be read.",
                hint: "Put the file below state/ back as it was: db-vc log, db-vc revert.", inner: failure);
        }
    }
}

[System.Text.Json.Serialization.JsonSourceGenerationOptions(
    PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n")]
[System.Text.Json.Serialization.JsonSerializable(typeof(SourceLoad))]
[System.Text.Json.Serialization.JsonSerializable(typeof(SourceForm))]
[System.Text.Json.Serialization.JsonSerializable(typeof(long[]))]
[System.Text.Json.Serialization.JsonSerializable(typeof(Dictionary<string, long[]>))]
internal sealed partial class DeploymentJson : System.Text.Json.Serialization.JsonSerializerContext;
