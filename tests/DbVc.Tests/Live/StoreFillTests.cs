using DbVc.Databases;
using DbVc.Live;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

/// <summary>Where a live database may not be copied, init reads it once and the private copy of main comes out of the store.</summary>
public sealed class StoreFillTests : IDisposable
{
    private const string Schema = """
        CREATE TABLE parent (id TEXT PRIMARY KEY, x REAL, y BLOB, z) WITHOUT ROWID;
        CREATE TABLE child (id INTEGER PRIMARY KEY AUTOINCREMENT, p TEXT REFERENCES parent ON DELETE CASCADE, n INTEGER UNIQUE, twice INTEGER AS (n * 2));
        CREATE TABLE "odd ""name" (a, b);
        CREATE TABLE audit (line TEXT);
        CREATE INDEX child_p ON child (p);
        CREATE VIEW both AS SELECT * FROM parent JOIN child ON p = parent.id;
        CREATE TRIGGER loud AFTER INSERT ON child BEGIN INSERT INTO audit VALUES ('child'); END;
        INSERT INTO parent VALUES ('a', 1.5, x'00ff', NULL), ('b', NULL, NULL, 'text'), ('c', 3, x'', 9223372036854775807);
        INSERT INTO "odd ""name" VALUES (1, 2), (1, 2), (NULL, NULL);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) INSERT INTO child (p, n) SELECT 'a', i FROM n;
        """;

    private readonly SqliteFixture _fixture = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-fill-").FullName;

    [Fact]
    public void Init_reads_the_live_database_once_and_a_branch_gets_the_same_content()
    {
        using var live = _fixture.NewDatabase(Schema, out var location);
        using var store = RepositoryStore.Create(Path.Combine(_folder, ".db-version-control"));
        var context = Context(store, location);
        var shadow = new Shadow(context);
        var (commit, _) = new Initializer(context, shadow).Run(new Author("Tess", "t@example.com", AuthorKind.Human), default);
        Assert.False(context.Provider.Exists(shadow.Location));
        var copy = Path.Combine(context.Layout.Branches, "copy.db");
        shadow.CloneAt(commit, copy);
        using var copied = context.Provider.Open(copy);
        var (wanted, found) = (DatabaseContent.Read(live), DatabaseContent.Read(copied));
        Assert.Equal(wanted.Schema.Tables.Select(t => t.Sql), found.Schema.Tables.Select(t => t.Sql));
        Assert.Equal(wanted.Schema.Objects, found.Schema.Objects);
        foreach (var (table, rows) in wanted.Rows) Assert.Equal(Text(rows), Text(found.Rows[table]));
    }

    [Fact]
    public void A_copy_whose_making_was_cut_off_is_made_anew()
    {
        using var live = _fixture.NewDatabase(Schema, out var location);
        using var store = RepositoryStore.Create(Path.Combine(_folder, ".db-version-control"));
        var context = Context(store, location);
        var shadow = new Shadow(context);
        var (commit, _) = new Initializer(context, shadow).Run(new Author("Tess", "t@example.com", AuthorKind.Human), default);

        // As a killed process leaves it: tables and some rows, and no state.
        context.Provider.Create(shadow.Location);
        _fixture.Execute(shadow.Location, "CREATE TABLE parent (id TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO parent VALUES ('half')");
        var copy = Path.Combine(context.Layout.Branches, "copy.db");
        shadow.CloneAt(commit, copy);
        using var copied = context.Provider.Open(copy);
        Assert.Equal(Text(DatabaseContent.Read(live).Rows["parent"]), Text(DatabaseContent.Read(copied).Rows["parent"]));
    }

    public void Dispose()
    {
        _fixture.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private LiveContext Context(RepositoryStore store, string location)
    {
        var layout = new RepositoryLayout(_folder);
        layout.Create();
        var identity = new RepositoryIdentity("0123456789abcdef", "fedcba9876543210", "fill", "sqlite", location);
        return new LiveContext(new Repository(store, TimeProvider.System), new FarProvider(_fixture.Provider), identity, layout);
    }

    private static IEnumerable<string> Text(IEnumerable<Value[]> rows) => rows.Select(r => string.Join("|", r.Select(v => $"{v.Kind} {v}"))).Order();

    /// <summary>SQLite as if its live database were on a server.</summary>
    private sealed class FarProvider(IDatabaseProvider near) : IDatabaseProvider
    {
        public string Engine => near.Engine;

        public bool ClonesLive => false;

        public ISqlDialect Scripts => near.Scripts;

        public ITableMaker Tables => near.Tables;

        public ISchemaDialect Dialect => near.Dialect;

        public IDatabase Open(string location) => near.Open(location);

        public bool Exists(string location) => near.Exists(location);

        public string Locate(PrivateDatabase place) => near.Locate(place);

        public IReadOnlyList<string> ListPrivate(string repository) => near.ListPrivate(repository);

        public void RemoveDrafts(string location) => near.RemoveDrafts(location);

        public void Create(string location) => near.Create(location);

        public string? Clone(string source, string destination, bool tracks = false) => near.Clone(source, destination, tracks);

        public IQueryResult QueryHistory(IHistory history, string sql, QueryLimits limits) => near.QueryHistory(history, sql, limits);

        public void Drop(string location) => near.Drop(location);
    }
}
