using System.Text.RegularExpressions;
using DbVc.Model;
using DbVc.VersionControl;
using Microsoft.Data.Sqlite;

namespace DbVc.Tests;

/// <summary>A kind of change, and what it renames.</summary>
internal sealed record MatrixChange(string Name, string Sql, string? Before, string? After)
{
    /// <summary>The change as it must be written after another one that renamed something.</summary>
    public string SqlAfter(MatrixChange other) => other.Before is null ? Sql : Regex.Replace(Sql, $@"\b{other.Before}\b", other.After!);
}

/// <summary>The file of expectations, and the states of a real database that its changes lead to.</summary>
public sealed partial class SchemaMatrix : IDisposable
{
    private const string File = "tests/DbVc.Tests/VersionControl/schema-merge-matrix.txt";

    private readonly SqliteFixture _fixture = new();
    private readonly Dictionary<string, string> _sections;
    private readonly Dictionary<(string First, string Second), string?> _inTurn = [];
    private readonly Dictionary<string, (string Location, Snapshot Snapshot)> _states = [];

    public SchemaMatrix()
    {
        _sections = ReadSections();
        Changes = [.. ReadChanges()];
        var location = NewDatabase(_sections["base"]);
        Base = Capture(location, Snapshot.Empty);
        _states[""] = (location, Base);
    }

    internal MemoryChunks Chunks { get; } = new();

    internal ISchemaDialect Dialect => _fixture.Provider.Dialect;

    internal IReadOnlyList<MatrixChange> Changes { get; }

    internal Snapshot Base { get; }

    internal static IEnumerable<MatrixChange> ReadChanges()
    {
        return ChangeLine().Matches(ReadSections()["changes"]).Select(m => new MatrixChange(
            m.Groups["name"].Value, m.Groups["sql"].Value, Found(m.Groups["before"]), Found(m.Groups["after"])));

        static string? Found(Group group) => group.Success ? group.Value : null;
    }

    /// <summary>The expected line of a source, one sign for each target.</summary>
    internal string Expected(string source) =>
        _sections["matrix"].Split('\n').FirstOrDefault(l => l.StartsWith(source + " ", StringComparison.Ordinal))?[source.Length..].Trim() ?? "";

    internal Snapshot State(MatrixChange change) => Live(change).Snapshot;

    internal string DumpState(MatrixChange change) => Dump(Live(change).Location);

    /// <summary>What one change after the other gives; null where the second cannot be made any more.</summary>
    internal string? DumpInTurn(MatrixChange first, MatrixChange second) =>
        _inTurn.TryGetValue((first.Name, second.Name), out var known) ? known : _inTurn[(first.Name, second.Name)] = MakeInTurn(first, second);

    private string? MakeInTurn(MatrixChange first, MatrixChange second)
    {
        try
        {
            var location = _fixture.NewLocation();
            System.IO.File.Copy(Live(first).Location, location);
            Run(location, second.SqlAfter(first));
            return Dump(location);
        }
        catch (SqliteException)
        {
            return null;
        }
    }

    /// <summary>The merged state applied to the target's live database, and what a capture then finds.</summary>
    internal (string Dump, Snapshot Captured) Apply(MatrixChange target, Snapshot merged)
    {
        var location = _fixture.NewLocation();
        var live = Live(target);
        System.IO.File.Copy(live.Location, location);
        using (var database = _fixture.Provider.Open(location))
        using (var session = database.BeginApply(TimeSpan.FromSeconds(5)))
        {
            var delta = new SnapshotDiff(Chunks, live.Snapshot, merged).ToDelta();
            var result = session.Apply(delta);
            if (!result.IsClean)
            {
                var reasons = result.Violations.Select(v => v.Message).Concat(result.Moved.Select(m => $"{m.Table} {m.Key}"));
                throw new InvalidOperationException("apply: " + string.Join("; ", reasons));
            }

            session.Commit();
        }

        return (Dump(location), Capture(location, merged));
    }

    public void Dispose() => _fixture.Dispose();

    private static Dictionary<string, string> ReadSections() =>
        SectionStart().Split(SourceTree.Read(File)).Skip(1).Chunk(2).ToDictionary(s => s[0], s => s[1]);

    private (string Location, Snapshot Snapshot) Live(MatrixChange change)
    {
        if (_states.TryGetValue(change.Name, out var known)) return known;
        var location = NewDatabase(_sections["base"]);
        Run(location, change.Sql);
        return _states[change.Name] = (location, Capture(location, Base));
    }

    private Snapshot Capture(string location, Snapshot previous)
    {
        using var database = _fixture.Provider.Open(location);
        using var read = database.BeginRead();
        return DbVc.Live.Capture.Run(read, previous, Chunks, CancellationToken.None);
    }

    private string NewDatabase(string sql)
    {
        var location = _fixture.NewLocation();
        _fixture.Provider.Create(location);
        _fixture.Execute(location, sql);
        return location;
    }

    private void Run(string location, string change)
    {
        using var connection = _fixture.Connect(location);
        if (!change.Contains("REBUILD", StringComparison.Ordinal))
        {
            SqliteFixture.Execute(connection, change);
            return;
        }

        foreach (var step in Rebuild().Matches(change).Select(m => m.Groups))
        {
            RebuildTable(connection, step["table"].Value, step["this"].Value, step["that"].Value);
        }
    }

    /// <summary>What SQLite's documentation advises: a new table, all rows copied, the old one dropped, indexes and triggers made again.</summary>
    private static void RebuildTable(SqliteConnection connection, string table, string before, string after)
    {
        var sql = Column(connection, $"SELECT sql FROM sqlite_schema WHERE name = '{table}'").Single();
        var belongings = Column(connection, $"SELECT sql FROM sqlite_schema WHERE tbl_name = '{table}' AND type IN ('index', 'trigger') AND sql NOT NULL");
        var columns = string.Join(", ", Column(connection, $"SELECT name FROM pragma_table_info('{table}')"));
        var end = sql.LastIndexOf(')');
        var changed = before.Length > 0 ? sql.Replace(before, after, StringComparison.Ordinal) : sql[..end] + ", " + after + sql[end..];
        if (changed == sql) throw new SqliteException($"{before} is not in {sql}", 1);
        SqliteFixture.Execute(connection, $"PRAGMA legacy_alter_table = ON; ALTER TABLE {table} RENAME TO rebuilt_old");
        SqliteFixture.Execute(connection, $"{changed}; INSERT INTO {table} ({columns}) SELECT {columns} FROM rebuilt_old; DROP TABLE rebuilt_old");
        foreach (var belonging in belongings) SqliteFixture.Execute(connection, belonging);
    }

    private static List<string> Column(SqliteConnection connection, string query)
    {
        using var command = connection.CreateCommand();
        command.CommandText = query;
        using var reader = command.ExecuteReader();
        var values = new List<string>();
        while (reader.Read()) values.Add(reader.GetString(0));
        return values;
    }

    /// <summary>Text that is equal exactly when two databases mean the same: layout of statements does not count, nor the order of constraints.</summary>
    private string Dump(string location)
    {
        using var database = _fixture.Provider.Open(location);
        var content = DatabaseContent.Read(database);
        return string.Join('\n', content.Schema.Tables.Select(Show).Concat(content.Schema.Objects.Select(o => $"{o.Kind} {o.Name}: {Dialect.Canonical(o.Sql)}"))
            .Concat(content.Rows.SelectMany(r => r.Value.Select(v => $"{r.Key}: {DatabaseContent.Show(v)}").Order(StringComparer.Ordinal))));
    }

    private string Show(TableSchema table) => $"table {table.Name} key {string.Join(',', table.PrimaryKey)}\n" + string.Join('\n',
        table.Columns.Select(c => $"  {c.Name} {c.DeclaredType} null:{c.Nullable} default:{c.DefaultSql} {c.Collation}")
            .Concat(table.Constraints!.Select(c => $"  {Dialect.Canonical(c.Sql)} ({string.Join(',', c.Columns)})").Order(StringComparer.Ordinal)));

    [GeneratedRegex(@"^\[(\w+)\]$", RegexOptions.Multiline)]
    private static partial Regex SectionStart();

    [GeneratedRegex(
        @"^(?<name>[a-z]+(-[a-z]+)?) +(\((?<before>\w+)>(?<after>\w+)\) )?(?<sql>(ALTER|REBUILD|CREATE|DROP|UPDATE|INSERT|DELETE) .*)$",
        RegexOptions.Multiline)]
    private static partial Regex ChangeLine();

    [GeneratedRegex(@"REBUILD (?<table>\w+) /(?<this>[^/]*)/(?<that>[^/]*)/")]
    private static partial Regex Rebuild();
}
