using System.Text.Json;
using System.Text.Json.Serialization;
using DbVc.Databases;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>Which repository this is and which live database it versions; kept in the store, never changed by a branch.</summary>
/// <param name="Id">The repository's id, as in <c>_dbvc_state</c>.</param>
/// <param name="DatabaseId">The live database's id, as in <c>_dbvc_state</c>.</param>
/// <param name="Name">For people.</param>
/// <param name="Engine">For example <c>sqlite</c>.</param>
/// <param name="Location">Of the live database. A path is absolute here, and kept relative to the repository's folder where it lies in it or beside it; an
/// address of a server has no password.</param>
public sealed record RepositoryIdentity(string Id, string DatabaseId, string Name, string Engine, string Location)
{
    private const string Collection = "repository";
    private const string Key = "identity";

    /// <summary>For people: a path, or an address that other programs can take.</summary>
    [JsonIgnore]
    public string Display => DatabaseEngines.Show(Location);

    public void Write(IStoreTransaction transaction, RepositoryLayout layout)
    {
        var document = ToDocument(layout);
        transaction.PutDocument(document.Collection, document.Id, document.Body);
    }

    /// <summary>As it is kept in the store.</summary>
    public DocumentChange ToDocument(RepositoryLayout layout) => new(Collection, Key,
        JsonSerializer.SerializeToUtf8Bytes(this with { Location = Shorten(Location, layout) }, LiveJson.Default.RepositoryIdentity));

    /// <summary>Read by hand: every command does it, and making a serializer ready costs more than all the rest of it.</summary>
    /// <param name="root">The repository's folder as it is called today.</param>
    public static RepositoryIdentity Read(IRepositoryStore store, string root)
    {
        var bytes = store.ReadDocument(Collection, Key)
            ?? throw new DbVcException(FailureKind.Failed, "store.damaged", "The repository has no identity.",
                hint: "Was init interrupted? Remove .db-version-control and run it again.");
        using var document = JsonDocument.Parse(bytes);
        var location = Text("location");
        var folder = DatabaseEngines.FileOf(location) is null ? new RepositoryLayout(root).Control : root;
        return new RepositoryIdentity(Text("id"), Text("databaseId"), Text("name"), Text("engine"), DatabaseEngines.Normalize(location, folder));

        string Text(string property) => document.RootElement.GetProperty(property).GetString()!;
    }

    /// <summary>A folder that is copied or moved with its database keeps working on that database, never on the one at the old place.</summary>
    private static string Shorten(string location, RepositoryLayout layout)
    {
        if (DatabaseEngines.FileOf(location) is null) return SecretFiles.Shorten(ServerAddress.Parse(location), layout.Control).ToString();
        var root = layout.Root;
        var relative = Path.GetRelativePath(root, location);
        var beside = Path.GetDirectoryName(location) == Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(root));
        return beside || !(Path.IsPathRooted(relative) || relative == ".." || relative.StartsWith("../", StringComparison.Ordinal)) ? relative : location;
    }
}

/// <summary>A branch's own facts; its head is a ref.</summary>
/// <param name="Base">Where it left its origin, 40 hexadecimal digits.</param>
/// <param name="Instance">File name of its isolated database below the branch's folder; without its ending it is the database's id on a server.</param>
/// <param name="Pipeline">Name below <c>pipelines/</c> under which its files are versioned.</param>
/// <param name="Merged">Its head when it was merged into main, if it was.</param>
public sealed record BranchRecord(string Name, string Base, DateTimeOffset Created, string Instance, string Pipeline, string? Task, string? Merged)
{
    public const string Collection = "branches";

    /// <summary>How much the branch may become; null for any amount.</summary>
    public BranchBudget? Budget { get; init; }

    /// <summary>When its time is over; null for never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Why an administrator merged it in spite of main's rules; null where they held.</summary>
    public string? Override { get; init; }

    /// <summary>Ids of the tables that its database does not hold, though its commits do; null where it is a copy of all. Objects that need them are not
    /// there either.</summary>
    public IReadOnlyList<string>? LeftOut { get; init; }

    /// <summary>Main's head of another time, where the branch repeats work of then; null where main counts as it is.</summary>
    public string? Main { get; init; }

    /// <summary>The branches that it was made on, which main did not hold then; null for one that was made on main.</summary>
    public IReadOnlyList<StandsOn>? On { get; init; }

    [JsonIgnore]
    public string InstanceId => Path.GetFileNameWithoutExtension(Instance);

    /// <summary>Where that begins which is the branch's own; see <see cref="BranchStart"/>.</summary>
    public CommitId FindStart(Repository repository) => BranchStart.Find(
        repository, this, repository.Head(BranchName.Parse(Name)), Main is { } then ? CommitId.Parse(then) : repository.Head(BranchName.Main))!.Value;

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, LiveJson.Default.BranchRecord);

    /// <summary>Throws <see cref="JsonException"/>.</summary>
    public static BranchRecord Parse(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize(bytes, LiveJson.Default.BranchRecord) ?? throw new JsonException("A branch record is null.");

    public static BranchRecord? Read(IRepositoryStore store, BranchName branch) =>
        store.ReadDocument(Collection, branch.Text) is { } bytes ? JsonSerializer.Deserialize(bytes, LiveJson.Default.BranchRecord) : null;
}

/// <summary>One document that becomes visible together with the move of a branch; an empty body means that it goes away.</summary>
public sealed record DocumentChange(string Collection, string Id, byte[] Body);

/// <summary>One ref that moves together with a branch, or without one; ids as hexadecimal digits, null where the ref does not exist.</summary>
public sealed record RefChange(string Name, string? Before, string? After)
{
    public RefMove ToMove() => new(Name, Before is null ? null : Hash.Parse(Before), After is null ? null : Hash.Parse(After));
}

/// <summary>
/// Written durably before a database is changed or, to restore one from the store, made: if the process dies, the next command reads it and the database's own
/// <c>_dbvc_state</c>, and finishes or forgets.
/// </summary>
internal sealed record Intent(
    string Branch, string? From, string To, string Command, string Actor, IReadOnlyList<DocumentChange>? AlsoWrite = null, bool Restore = false)
{
    public const string Collection = "intents";

    /// <summary>Other refs that move once the database is changed.</summary>
    public IReadOnlyList<RefChange>? AlsoMove { get; init; }

    /// <summary>
    /// Set where the database changes but stays at its commit, so that its commit cannot tell old from new: an operation made for this intent alone,
    /// which the database names in its state once it is changed.
    /// </summary>
    public string? Mark { get; init; }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, LiveJson.Default.Intent);

    /// <summary>True if the database holds what was intended.</summary>
    public bool IsDone(LiveState? state) => state?.Commit == To && (Mark is null || state.OperationHead == Mark);

    public static Intent? Read(IRepositoryStore store, BranchName branch) =>
        store.ReadDocument(Collection, branch.Text) is { } bytes ? JsonSerializer.Deserialize(bytes, LiveJson.Default.Intent) : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RepositoryIdentity))]
[JsonSerializable(typeof(BranchRecord))]
[JsonSerializable(typeof(Intent))]
internal sealed partial class LiveJson : JsonSerializerContext;
