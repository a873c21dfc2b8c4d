using System.Globalization;
using System.Text.Json;
using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>
/// The canonical bytes of a commit: JSON with fixed key order and no white space.
/// Part of the on-disk format: the commit's id is the hash of these bytes.
/// </summary>
public static class CommitCodec
{
    private const int Version = 1;
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <summary>Drops what the format does not keep (below a microsecond).</summary>
    public static DateTimeOffset Truncate(DateTimeOffset time) =>
        new(time.UtcTicks - time.UtcTicks % TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);

    public static byte[] Encode(Commit commit)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json, commit);
        }

        return buffer.ToArray();
    }

    /// <summary>Throws <see cref="DbVcException"/> <c>store.newer</c> for a version this program does not know, <c>store.damaged</c> for anything
    /// else.</summary>
    public static Commit Decode(CommitId id, ReadOnlySpan<byte> bytes)
    {
        if (Hash.Of(bytes) != id.Hash) throw Damaged(id, null);
        try
        {
            var reader = new Utf8JsonReader(bytes);
            using var document = JsonDocument.ParseValue(ref reader);
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw Damaged(id, e);
        }
    }

    private static void Write(Utf8JsonWriter json, Commit commit)
    {
        json.WriteStartObject();
        json.WriteNumber("v", Version);
        json.WriteString("snapshot", commit.Snapshot.ToString());
        json.WriteStartArray("parents");
        foreach (var parent in commit.Parents) json.WriteStringValue(parent.ToString());
        json.WriteEndArray();
        json.WriteStartObject("author");
        json.WriteString("name", commit.Author.Name);
        json.WriteString("email", commit.Author.Email);
        json.WriteString("kind", KindName(commit.Author.Kind));
        json.WriteEndObject();
        json.WriteString("time", commit.Time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));
        json.WriteString("message", commit.Message);
        if (commit.Origin is { } origin) json.WriteString("origin", origin.ToString());
        if (commit.Provenance is { } provenance) WriteProvenance(json, provenance);
        if (commit.Evidence is { } evidence) json.WriteString("evidence", evidence.ToString());
        json.WriteEndObject();
    }

    private static void WriteProvenance(Utf8JsonWriter json, Provenance provenance)
    {
        json.WriteStartObject("provenance");
        json.WriteString("task", provenance.Task);
        if (provenance.Model is not null) json.WriteString("model", provenance.Model);
        if (provenance.PromptHash is not null) json.WriteString("prompt", provenance.PromptHash);
        json.WriteNumber("toolCalls", provenance.ToolCalls);
        json.WriteNumber("tokens", provenance.Tokens);
        json.WriteEndObject();
    }

    private static Commit Read(JsonElement json)
    {
        var version = json.GetProperty("v").GetInt32();
        if (version > Version)
        {
            throw new DbVcException(FailureKind.Failed, "store.newer", $"A commit has format {version}; this program knows up to {Version}.",
                hint: "Use the newer db-vc that wrote it.");
        }

        var author = json.GetProperty("author");
        return new Commit
        {
            Snapshot = Hash.Parse(json.GetProperty("snapshot").GetString()!),
            Parents = [.. json.GetProperty("parents").EnumerateArray().Select(p => CommitId.Parse(p.GetString()!))],
            Author = new Author(author.GetProperty("name").GetString()!, author.GetProperty("email").GetString()!,
                Enum.Parse<AuthorKind>(author.GetProperty("kind").GetString()!, ignoreCase: true)),
            Time = DateTimeOffset.ParseExact(json.GetProperty("time").GetString()!, TimeFormat, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal),
            Message = json.GetProperty("message").GetString()!,
            Origin = json.TryGetProperty("origin", out var origin) ? CommitId.Parse(origin.GetString()!) : null,
            Provenance = json.TryGetProperty("provenance", out var provenance) ? ReadProvenance(provenance) : null,
            Evidence = json.TryGetProperty("evidence", out var evidence) ? Hash.Parse(evidence.GetString()!) : null,
        };
    }

    private static Provenance ReadProvenance(JsonElement json) => new(
        json.GetProperty("task").GetString()!,
        json.TryGetProperty("model", out var model) ? model.GetString() : null,
        json.TryGetProperty("prompt", out var prompt) ? prompt.GetString() : null,
        json.GetProperty("toolCalls").GetInt32(),
        json.GetProperty("tokens").GetInt64());

    private static string KindName(AuthorKind kind) => kind switch
    {
        AuthorKind.Human => "human",
        AuthorKind.Agent => "agent",
        AuthorKind.External => "external",
        _ => "system",
    };

    private static DbVcException Damaged(CommitId id, Exception? cause) => new(FailureKind.Failed, "store.damaged",
        $"Commit {id.Short} is damaged.", hint: "Run db-vc verify to see what else is affected.", inner: cause);
}
