using DbVc.Databases;
using DbVc.Fetching;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Tests;

/// <summary>A database of one engine that a pipeline reads from.</summary>
internal sealed class SourceDatabase : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("db-vc-source-");
    private readonly DatabaseFixture _fixture;
    private readonly string _location;
    private int _count;

    /// <param name="engine">sqlite, mariadb, postgres15 or postgres18.</param>
    /// <param name="sql">Makes it.</param>
    public SourceDatabase(string engine, string sql)
    {
        _fixture = engine switch
        {
            "sqlite" => new SqliteFixture(),
            "mariadb" => new MySqlFixture(),
            "postgres15" => new PostgresFixture(15),
            _ => new PostgresFixture(18),
        };
        _fixture.NewDatabase(sql, out _location).Dispose();
        Location = _location;
        if (engine == "sqlite") return;
        var (address, secret) = (ServerAddress.Parse(_location), Path.Combine(_folder.FullName, "secret.txt"));
        File.WriteAllText(secret, address.TypedPassword);
        Location = address.WithOption("password_file", "secret.txt").ToString();
    }

    /// <summary>As metadata names it.</summary>
    public string Location { get; }

    public string Folder => _folder.FullName;

    public void Execute(string sql) => _fixture.Execute(_location, sql);

    public PipelineSpec Read(string members, string schema = "\"id\": \"integer\"") => MetadataReader.Read(
        $$"""{"source": {"type": "database", "location": "{{Location}}", {{members}}}, "schema": { {{schema}} }, "destination": "t"}""", "t.json");

    /// <summary>The path of what was fetched, and how far that goes; or code and message of the failure.</summary>
    public (string Path, FetchedCursor? Cursor) Fetch(PipelineSpec spec, FetchedCursor? since = null, long? sample = null)
    {
        var path = Path.Combine(Folder, $"done-{++_count}.jsonl");
        var options = new FetchOptions(TimeProvider.System, [Folder]) { Since = since, Sample = sample };
        using var journal = FetchJournal.Open(Path.Combine(Folder, "unfinished"), spec.Source.Fetch!.Identity, TimeProvider.System);
        FetchedSources.For(spec.Source.Fetch, options).Fetch(journal, CancellationToken.None);
        if (spec.Source.Fetch.Increment is { } increment) return (path, journal.MoveNewTo(path, increment, since).Cursor);
        journal.MoveTo(path);
        return (path, null);
    }

    public IReadOnlyList<string> ListTables() => FetchedSources.TablesOf(Location, new FetchOptions(TimeProvider.System, [Folder]));

    public string Fail(string members)
    {
        try
        {
            Fetch(Read(members));
            return "it was fetched";
        }
        catch (DbVcException failure)
        {
            return $"{failure.Code} {failure.Message}";
        }
    }

    public void Dispose()
    {
        _fixture.Dispose();
        _folder.Delete(recursive: true);
    }
}
