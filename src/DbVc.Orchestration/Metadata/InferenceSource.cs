using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DbVc.Fetching;
using DbVc.Live;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>The records that a proposal is made from: of a file, or a sample that is fetched for it and forgotten afterwards.</summary>
internal sealed class InferenceSource : IDisposable
{
    /// <summary>How a source is named that stands on the command line, in what is said about it.</summary>
    private const string OnCommandLine = "SOURCE";

    private const int MostNamed = 30;
    private static readonly string[] s_servers = ["postgres", "postgresql", "mysql", "mariadb"];
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private DirectoryInfo? _folder;

    private InferenceSource(SourceFile file, SourceSpec known, string location) => (File, Known, Location) = (file, known, location);

    public SourceFile File { get; }

    /// <summary>What is known about it before its records are looked at.</summary>
    public SourceSpec Known { get; }

    /// <summary>As the metadata names it.</summary>
    public string Location { get; }

    /// <summary>The source as it is to stand in the metadata; null: as it is found.</summary>
    public SourceDraft? Draft { get; private init; }

    /// <summary>What a person should know about it.</summary>
    public IReadOnlyList<string> Notices { get; private init; } = [];

    /// <summary>Opens what a query names. Throws failures <c>source.*</c>, <c>fetch.*</c>, <c>infer.*</c> and <c>metadata.invalid</c>.</summary>
    /// <param name="file">Where the metadata will lie, as a full path; null: nowhere.</param>
    public static InferenceSource Open(InferenceQuery query, string? file, CancellationToken cancellation)
    {
        RefuseContradiction(query);
        query = query.Files?.Hold(query) ?? query;
        if (query.Draft is { } draft) return Fetch(query, ReadDraft(draft), FoldersOf(file ?? Path.GetFullPath(draft)), cancellation);
        var name = query.Source!;
        var folders = FoldersOf(file);
        if (name.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || name.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            return Fetch(query, DraftOf(("type", "api"), ("location", name)), folders, cancellation);
        RefuseOtherScheme(name);
        if (!name.Contains("://", StringComparison.Ordinal))
        {
            // Whoever brought a file knows it by its name, and metadata will lie beside it.
            var location = LocationOf(name, query.Files is null ? file : Path.GetFullPath(name));
            if (query.Of is null && query.Sql is null && !TableFinder.IsDatabase(Path.GetFullPath(name))) return OpenFile(name, location, query.Member);
            name = location;
        }

        return Fetch(query, query.Sql is { } sql
            ? DraftOf(("type", "database"), ("location", name), ("query", sql))
            : DraftOf(("type", "database"), ("location", name), ("table", query.Of ?? OnlyTable(name, folders))), folders, cancellation);
    }

    public void Dispose()
    {
        File.Dispose();
        _folder?.Delete(recursive: true);
    }

    private static void RefuseContradiction(InferenceQuery query)
    {
        if (query.Source is null == query.Draft is null)
            throw Refuse("Name one source: SOURCE, or the metadata file that describes it.", "db-vc metadata infer SOURCE, or --metadata FILE.");
        if (query.Of is not null && query.Sql is not null) throw Refuse("Both a table and a query are named; one is enough.", "Leave one out.");
        if (query.Draft is not null && (query.Of ?? query.Sql ?? query.Member) is not null)
            throw Refuse("The metadata file says what is read.", "Write table, query or member there.");
    }

    private static void RefuseOtherScheme(string name)
    {
        if (name.IndexOf("://", StringComparison.Ordinal) is not (>= 0 and var end) || s_servers.Contains(name[..end].ToLowerInvariant())) return;
        // The rest may hold a password.
        throw Refuse($"Nothing is read from addresses that begin with {name[..end]}://.",
            "Addresses are https://, http://, postgres:// or mysql://; or save it to a file.");
    }

    private static InferenceSource OpenFile(string name, string location, string? member)
    {
        var path = Path.GetFullPath(name);
        var known = TableFinder.Find(path, location, member);
        return new InferenceSource(SourceFile.Open(path, known), known, location);
    }

    private static InferenceSource Fetch(InferenceQuery query, SourceDraft draft, IReadOnlyList<string> folders, CancellationToken cancellation)
    {
        var notices = new List<string>();
        var folder = Directory.CreateTempSubdirectory("db-vc-infer-");
        try
        {
            var configured = RepositoryLayout.TryFind(query.Folder) is { } layout ? Configuration.Read(layout.Config).PrivateHosts : [];
            var options = new FetchOptions(TimeProvider.System, folders)
            {
                PrivateHosts = [.. query.PrivateHosts, .. configured],
                Sample = query.MaxRecords,
                Notice = notices.Add,
            };
            var (spec, path) = (draft.Source.Fetch!, Path.Combine(folder.FullName, "sample.jsonl"));
            using (var journal = FetchJournal.Open(Path.Combine(folder.FullName, "fetch"), spec.Identity, options.Clock))
            {
                FetchedSources.For(spec, options).Fetch(journal, cancellation);
                journal.MoveTo(path);
            }

            return new InferenceSource(SourceFile.Open(path, draft.Source, cancellation), draft.Source, draft.Source.Location)
            {
                _folder = folder,
                Draft = draft,
                Notices = notices,
            };
        }
        catch
        {
            folder.Delete(recursive: true);
            throw;
        }
    }

    private static SourceDraft ReadDraft(string path)
    {
        var draft = MetadataReader.ReadSource(MetadataFile.ReadText(path), Path.GetFileName(path));
        return draft.Source.Fetch is not null ? draft
            : throw Refuse($"The source of {Path.GetFileName(path)} is a file.", $"Name the file itself: db-vc metadata infer {draft.Source.Location}");
    }

    private static SourceDraft DraftOf(params (string Name, string Text)[] members)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, s_options))
        {
            json.WriteStartObject();
            json.WriteStartObject("source");
            foreach (var (name, text) in members) json.WriteString(name, text);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return MetadataReader.ReadSource(Encoding.UTF8.GetString(stream.ToArray()), OnCommandLine);
    }

    private static string OnlyTable(string location, IReadOnlyList<string> folders)
    {
        // Refuses what must not stand in metadata before anybody is asked.
        DraftOf(("type", "database"), ("location", location), ("table", "x"));
        var tables = FetchedSources.TablesOf(location, new FetchOptions(TimeProvider.System, folders));
        if (tables.Count == 1) return tables[0];
        var named = string.Join(", ", tables.Take(MostNamed)) + (tables.Count > MostNamed ? ", …" : "");
        throw Refuse(tables.Count == 0 ? "The database has no table." : FormattableString.Invariant($"The database has {tables.Count:N0} tables and views."),
            tables.Count == 0 ? "Name another database." : $"Name one with --from, or --query: {named}.");
    }

    /// <summary>Relative paths of a metadata file begin at itself, then at the working folder.</summary>
    private static IReadOnlyList<string> FoldersOf(string? file) =>
        file is null ? [Directory.GetCurrentDirectory()] : [Path.GetDirectoryName(file)!, Directory.GetCurrentDirectory()];

    /// <summary>As the file will find it: beside itself first.</summary>
    private static string LocationOf(string name, string? file) =>
        file is null || Path.IsPathRooted(name) ? name : Path.GetRelativePath(Path.GetDirectoryName(file)!, Path.GetFullPath(name));

    private static DbVcException Refuse(string message, string hint) => new(FailureKind.Usage, "infer.source", message, hint: hint);
}
