using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

/// <summary>CREATE TABLE statements are taken apart and put together again without changing what they mean.</summary>
public sealed class SqliteTablePartsTests : IDisposable
{
    private readonly SqliteFixture _fixture = new();

    public static TheoryData<string> Statements =>
    [
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)",
        "create table t(a,b , c)",
        "CREATE TABLE IF NOT EXISTS t (id integer primary key autoincrement, at TEXT DEFAULT CURRENT_TIMESTAMP)",
        "CREATE TABLE main.t (a INT)",
        "CREATE TABLE \"t\" (\"a b\" INT, [c d] TEXT, `e``f` REAL, 'g' BLOB)",
        "CREATE TABLE t (-- the first, with ) and ,\n a /* and ' */ INT, /* b INT, */ c TEXT -- last\n)",
        "CREATE TABLE t (a VARCHAR ( 40 ), b DECIMAL(10, -2), c UNSIGNED BIG INT, d \"my type\", e)",
        "CREATE TABLE t (a INT NOT NULL ON CONFLICT IGNORE DEFAULT (1 + (2 * 3)) UNIQUE ON CONFLICT REPLACE CHECK (a > 0) COLLATE NOCASE)",
        "CREATE TABLE t (a TEXT COLLATE NOCASE CHECK (a <> ')') DEFAULT 'it''s, (here' NOT NULL)",
        "CREATE TABLE t (a INT DEFAULT -1, b INT DEFAULT +2.5e-3, c BLOB DEFAULT x'00ff', d DEFAULT NULL, e DEFAULT TRUE, f DEFAULT 0x10)",
        "CREATE TABLE t (a INT CONSTRAINT positive CHECK (a > 0), b INT CONSTRAINT \"b's\" NOT NULL, CONSTRAINT u UNIQUE (a, b))",
        "CREATE TABLE t (a INT, b INT, PRIMARY KEY (b DESC, a COLLATE NOCASE) ON CONFLICT FAIL)",
        "CREATE TABLE t (a TEXT, b INT, PRIMARY KEY (a, b)) WITHOUT ROWID",
        "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT",
        "CREATE TABLE t (a TEXT PRIMARY KEY, b ANY) STRICT, WITHOUT ROWID",
        "CREATE TABLE t (a INTEGER PRIMARY KEY DESC, b)",
        "CREATE TABLE t (a INTEGER, b, PRIMARY KEY (a AUTOINCREMENT))",
        "CREATE TABLE t (a INT REFERENCES other, b INT REFERENCES other (id) ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED)",
        "CREATE TABLE t (a, b, FOREIGN KEY (a, b) REFERENCES \"other one\" (x, y) MATCH FULL ON DELETE NO ACTION NOT DEFERRABLE)",
        "CREATE TABLE t (a, b, CONSTRAINT one CHECK (a IN (1, 2)) CONSTRAINT two CHECK (b LIKE '%(%'))",
        "CREATE TABLE t (a INT, b INT GENERATED ALWAYS AS (a * 2) STORED, c TEXT AS (a || 'x'))",
        "CREATE TABLE t (a INT, generated INT, \"check\" INT, [primary] INT, key INT, \"unique\" TEXT NOT NULL)",
        "CREATE TABLE \"tä\"\"ble\" (\"größe, in (cm)\" REAL, \"sélect\" TEXT UNIQUE)",
    ];

    [Theory]
    [MemberData(nameof(Statements))]
    public void A_table_put_together_from_its_parts_means_the_same(string sql)
    {
        var before = Read(sql);
        Assert.NotNull(before.Constraints);

        // With its own text at hand nothing is lost; without it everything is written anew.
        foreach (var sides in new IReadOnlyList<TableSchema>[] { [before], [] })
        {
            var composed = _fixture.Provider.Dialect.Compose(before, sides);
            var after = Read(composed);
            Assert.Equal(Meaning(before), Meaning(after));
            Assert.Equal(Facts(sql), Facts(composed));
        }
    }

    [Theory]
    [InlineData("ALTER TABLE t ADD COLUMN c TEXT DEFAULT 'x' CHECK (c <> '')")]
    [InlineData("ALTER TABLE t RENAME COLUMN a TO \"new a\"")]
    [InlineData("ALTER TABLE t RENAME TO \"other t\"")]
    [InlineData("ALTER TABLE t DROP COLUMN b")]
    [InlineData("ALTER TABLE t ADD COLUMN c; ALTER TABLE t DROP COLUMN b; ALTER TABLE t RENAME COLUMN c TO b")]
    public void A_table_that_was_altered_in_the_live_database_is_taken_apart_too(string alter)
    {
        var table = Read("CREATE TABLE t (id INTEGER PRIMARY KEY, a INT NOT NULL CHECK (a > 0), /* b */ b TEXT, UNIQUE (a)); " + alter);
        Assert.NotNull(table.Constraints);
        Assert.Equal(Meaning(table), Meaning(Read(_fixture.Provider.Dialect.Compose(table, []))));
    }

    [Theory]
    [InlineData("CREATE TABLE t (a INT CONSTRAINT alone)")]
    [InlineData("CREATE TABLE t (a INT REFERENCES other UNIQUE DEFERRABLE)")]
    public void What_is_not_understood_stays_whole(string sql) => Assert.Null(Read(sql).Constraints);

    [Theory]
    [InlineData("CREATE TABLE t (a  INT,\n\"b\" TEXT)", "create table T (A int, -- first\n [b] text)", true)]
    [InlineData("CHECK (a = 'x')", "CHECK (a = 'X')", false)]
    [InlineData("CHECK (a>=0)", "check ( a >= 0 )", true)]
    [InlineData("CHECK (a > = 0)", "check ( a >= 0 )", false)]
    public void Texts_are_compared_without_their_layout(string one, string other, bool same) =>
        Assert.Equal(same, _fixture.Provider.Dialect.Canonical(one) == _fixture.Provider.Dialect.Canonical(other));

    [Fact]
    public void Random_columns_and_constraints_come_back_as_they_were()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var sql = RandomTable(new Random(seed));
            var before = Read(sql);
            Assert.True(before.Constraints is not null, $"seed {seed}: {sql}");
            var composed = _fixture.Provider.Dialect.Compose(before, []);
            Assert.True(Meaning(before) == Meaning(Read(composed)), $"seed {seed}: {sql} became {composed}");
        }
    }

    public void Dispose() => _fixture.Dispose();

    private static string RandomTable(Random random)
    {
        string[] names = ["a", "\"b c\"", "[d,e]", "`f(`", "\"select\"", "ü"];
        string[] clauses =
        [
            "NOT NULL", "DEFAULT (1 + 2)", "DEFAULT 'x,)'", "COLLATE NOCASE", "UNIQUE", "CHECK (1 > 0)", "CONSTRAINT n CHECK (2 > ')')",
            "REFERENCES o (p) ON DELETE SET NULL", "/* , */",
        ];
        var columns = names.Select(name => $"{name} {new[] { "", "INT", "VARCHAR(3)" }[random.Next(3)]} "
            + string.Join(' ', clauses.OrderBy(_ => random.Next()).Take(random.Next(4)).DistinctBy(c => c.Split(' ')[0])));
        string[] ends = ["", ", UNIQUE (a, \"b c\")", ", CHECK (a < 5)", ", FOREIGN KEY (a) REFERENCES o", ", PRIMARY KEY (ü, a)"];
        return $"CREATE TABLE t ({string.Join(", ", columns)}{ends[random.Next(ends.Length)]})";
    }

    private TableSchema Read(string sql)
    {
        using var database = _fixture.NewDatabase(sql, out _);
        return DatabaseContent.Read(database).Schema.Tables.Single();
    }

    /// <summary>Everything neutral about a table.</summary>
    private string Meaning(TableSchema table) => string.Join('\n',
        table.Columns.Select(c => Line(c.Name, c.DeclaredType, c.Nullable, c.DefaultSql, c.Collation, Canonical(c.GeneratedSql ?? "")))
            .Concat(table.Constraints!.Select(c => Line(c.Kind, c.Name, string.Join(',', c.Columns), Canonical(c.Sql))))
            .Concat(table.ForeignKeys.Select(f =>
                Line(string.Join(',', f.Columns), f.ReferencedTable, string.Join(',', f.ReferencedColumns), f.OnDelete, f.OnUpdate)))
            .Concat(table.Uniques.Select(u => string.Join(',', u)))
            .Append($"{string.Join(',', table.PrimaryKey)}|{table.AllocatesKeys}|{string.Join(',', table.Options)}"));

    private string Canonical(string sql) => _fixture.Provider.Dialect.Canonical(sql);

    private static string Line(params object?[] facts) => string.Join('|', facts);

    /// <summary>What SQLite itself says about the table.</summary>
    private string Facts(string sql)
    {
        var location = _fixture.NewLocation();
        _fixture.Provider.Create(location);
        _fixture.Execute(location, sql);
        using var connection = _fixture.Connect(location);
        return string.Join('\n', new[]
        {
            "SELECT * FROM sqlite_schema AS s, pragma_table_xinfo(s.name) WHERE s.type = 'table'",
            "SELECT i.* FROM sqlite_schema AS s, pragma_index_list(s.name) AS l, pragma_index_xinfo(l.name) AS i WHERE s.type = 'table'",
            "SELECT f.* FROM sqlite_schema AS s, pragma_foreign_key_list(s.name) AS f WHERE s.type = 'table'",
            "SELECT wr, strict FROM pragma_table_list WHERE name NOT LIKE 'sqlite_%'",
        }.Select(Ask));

        string Ask(string query)
        {
            using var command = connection.CreateCommand();
            command.CommandText = query;
            using var reader = command.ExecuteReader();
            var lines = new List<string>();
            while (reader.Read())
            {
                var facts = Enumerable.Range(0, reader.FieldCount).Where(i => reader.GetName(i) is not ("sql" or "rootpage"));
                lines.Add(string.Join('|', facts.Select(reader.GetValue)));
            }

            return string.Join('\n', lines);
        }
    }
}
