using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>What a conflict of definitions says, and definitions that a person writes.</summary>
public sealed class SchemaConflictTests : IDisposable
{
    private const string Start = """
        CREATE TABLE items (id INTEGER PRIMARY KEY, qty INTEGER, note TEXT DEFAULT 'x');
        CREATE INDEX found ON items (note);
        CREATE VIEW seen AS SELECT id FROM items;
        CREATE TRIGGER kept AFTER DELETE ON items BEGIN SELECT 1; END;
        INSERT INTO items VALUES (1, 5, 'a');
        """;

    private readonly ShopRepository _shop = new(Start);

    public static TheoryData<string, string, string> Parts => new()
    {
        { "qty INTEGER, note TEXT DEFAULT 'y'", "qty INTEGER, note TEXT DEFAULT 'z'", "default of column note" },
        { "qty TEXT, note TEXT DEFAULT 'y'", "qty REAL, note TEXT DEFAULT 'z'", "type of column qty; default of column note" },
        {
            "qty INTEGER, note TEXT DEFAULT 'x', CONSTRAINT few CHECK (qty < 9)", "qty INTEGER, note TEXT DEFAULT 'x', CONSTRAINT few CHECK (qty < 8)",
            "constraint few"
        },
    };

    /// <summary>An object that both sides made anew, a definition by hand, and what is in the catalogue afterwards; or why not.</summary>
    public static TheoryData<string, string, string, string> ByHand => new()
    {
        { "INDEX found ON items (qty)", "INDEX found ON items (id)", "CREATE INDEX found ON items (note, qty)", "" },
        { "INDEX found ON items (qty)", "INDEX found ON items (id)", "CREATE INDEX found ON items (missing)", "later" },
        { "INDEX found ON items (qty)", "INDEX found ON items (id)", "CREATE INDEX other ON items (note)", "now" },
        { "INDEX found ON items (qty)", "INDEX found ON items (id)", "CREATE INDEX found ON", "now" },
        { "VIEW seen AS SELECT qty FROM items", "VIEW seen AS SELECT note FROM items", "CREATE VIEW seen AS SELECT qty, note FROM items", "" },
        { "VIEW seen AS SELECT qty FROM items", "VIEW seen AS SELECT note FROM items", "CREATE VIEW seen AS SELECT missing FROM items", "later" },
        { "VIEW seen AS SELECT qty FROM items", "VIEW seen AS SELECT note FROM items", "CREATE VIEW seen AS SELEC qty FROM items", "now" },
        { "VIEW seen AS SELECT qty FROM items", "VIEW seen AS SELECT note FROM items", "CREATE TABLE seen (qty)", "now" },
        {
            "TRIGGER kept AFTER INSERT ON items BEGIN SELECT 2; END", "TRIGGER kept AFTER UPDATE ON items BEGIN SELECT 3; END",
            "CREATE TRIGGER kept AFTER INSERT ON items BEGIN UPDATE items SET qty = 1; END", ""
        },
        {
            "TRIGGER kept AFTER INSERT ON items BEGIN SELECT 2; END", "TRIGGER kept AFTER UPDATE ON items BEGIN SELECT 3; END",
            "CREATE TRIGGER kept AFTER INSERT ON items BEGIN UPDATE missing SET qty = 1; END", "later"
        },
    };

    public void Dispose() => _shop.Dispose();

    [Theory]
    [MemberData(nameof(Parts))]
    public void A_conflict_of_definitions_says_in_which_parts(string source, string target, string parts)
    {
        _shop.Branch("work", Rebuild(source));
        _shop.Write(Rebuild(target));
        var conflict = Assert.Single(_shop.Merge("work").Conflicts);
        Assert.Equal(parts, string.Join("; ", conflict.Parts));
        Assert.Equal(conflict.Parts, _shop.Workspace.Merges.ShowConflict(conflict.Id).Conflict.Parts);
    }

    [Theory]
    [MemberData(nameof(ByHand))]
    public void An_index_view_or_trigger_by_hand_is_what_the_engine_accepts(string source, string target, string given, string refused)
    {
        var drop = $"DROP {string.Join(' ', source.Split(' ').Take(2))}; CREATE ";
        _shop.Branch("work", drop + source);
        _shop.Write(drop + target);
        var conflict = Assert.Single(_shop.Merge("work").Conflicts);
        Assert.Equal(source.Split(' ')[0].ToLowerInvariant(), Assert.Single(conflict.Parts));
        if (refused == "now")
        {
            Assert.Equal("conflict.value", Assert.Throws<DbVcException>(Resolve).Code);
            return;
        }

        Resolve();
        if (refused == "later")
        {
            Assert.Equal("conflict.value", Assert.Throws<DbVcException>(() => _shop.Workspace.Merges.Continue(null, CancellationToken.None)).Code);
            Assert.Equal("CREATE " + target, Catalogue());
            return;
        }

        Assert.Equal(MergeState.Merged, _shop.Workspace.Merges.Continue(null, CancellationToken.None).State);
        Assert.Equal(given, Catalogue());
        Assert.True(_shop.Workspace.Status(CancellationToken.None).Clean);

        string Catalogue() => _shop.Ask($"SELECT sql FROM sqlite_schema WHERE name = '{conflict.Table}'");

        void Resolve() => _shop.Workspace.Merges.Resolve(new ResolveRequest(null, conflict.Id, new Resolution(ResolutionKind.Value, Value.Text(given))));
    }

    private static string Rebuild(string columns) => $"""
        DROP VIEW seen; CREATE TABLE fresh (id INTEGER PRIMARY KEY, {columns}); INSERT INTO fresh SELECT * FROM items; DROP TABLE items;
        ALTER TABLE fresh RENAME TO items; CREATE INDEX found ON items (note); CREATE VIEW seen AS SELECT id FROM items;
        CREATE TRIGGER kept AFTER DELETE ON items BEGIN SELECT 1; END
        """;
}
