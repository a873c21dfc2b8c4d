using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>
/// What a batch is to do, as it is kept. How far it is stands in no place of its own: the reports of its tasks say it, so that a process may die at any moment.
/// </summary>
/// <param name="Id">For example <c>batch-001</c>.</param>
/// <param name="Digest">Of what it is to do: the same tasks again are the same batch.</param>
/// <param name="Tasks">Each after those it waits for.</param>
internal sealed record BatchRecord(string Id, DateTimeOffset Created, string Starter, string Digest, IReadOnlyList<BatchItem> Tasks)
{
    public const string Collection = "batches";

    private const int MaxNumber = 99_999;

    /// <summary>The model that works; null for the configured one.</summary>
    public string? Model { get; init; }

    /// <summary>As <see cref="AgentRequest.Limits"/>, for each task.</summary>
    public string? Limits { get; init; }

    /// <summary>All that are kept, oldest first.</summary>
    public static IReadOnlyList<BatchRecord> List(IRepositoryStore store) => [.. store.ListDocuments(Collection)
        .Select(d => JsonSerializer.Deserialize(d.Value, BatchJson.Default.BatchRecord)!).OrderBy(b => b.Created).ThenBy(b => b.Id, StringComparer.Ordinal)];

    public static BatchRecord? Find(IRepositoryStore store, string id) =>
        store.ReadDocument(Collection, id) is { } bytes ? JsonSerializer.Deserialize(bytes, BatchJson.Default.BatchRecord) : null;

    /// <summary>An id that no batch has; whoever asks holds the lock of all batches.</summary>
    public static string FreeId(IRepositoryStore store)
    {
        for (var number = 1; number <= MaxNumber; number++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"batch-{number:000}");
            if (store.ReadDocument(Collection, id) is null) return id;
        }

        throw new DbVcException(FailureKind.Failed, "batch.numbers", $"All numbers of batches to {MaxNumber} are taken.");
    }

    public void Save(IRepositoryStore store)
    {
        using var transaction = store.Begin();
        transaction.PutDocument(Collection, Id, JsonSerializer.SerializeToUtf8Bytes(this, BatchJson.Default.BatchRecord));
        transaction.Commit();
    }

    /// <summary>How the report of a task names it: branches may be renamed.</summary>
    public string NameOf(BatchItem item) => $"{Id}/{item.Name}";
}

/// <summary>One task of a batch.</summary>
/// <param name="Metadata">The file, as a full path.</param>
/// <param name="MetadataHash">Of the text that was shown and approved.</param>
/// <param name="Branch">The branch that it makes.</param>
/// <param name="After">Names of tasks that it waits for.</param>
internal sealed record BatchItem(string Name, string Table, string Metadata, string MetadataHash, string Branch, IReadOnlyList<string> After)
{
    public string? Source { get; init; }

    /// <summary>Why it is as it is, in sentences.</summary>
    public IReadOnlyList<string> Why { get; init; } = [];

    /// <summary>Why it could not be begun, or not be gone on with, the last time.</summary>
    public string? Error { get; init; }

    public override string ToString() => Name;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BatchRecord))]
internal sealed partial class BatchJson : JsonSerializerContext;
