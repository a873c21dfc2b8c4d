using DbVc.Model;
using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

/// <summary>What refers to rows by a table or column still does when one side renamed that.</summary>
public sealed class RenameMergeTests
{
    private const string Start = """
        CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, balance INTEGER);
        CREATE TABLE orders (nr INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers (id) ON DELETE CASCADE ON UPDATE CASCADE, what TEXT);
        INSERT INTO customers VALUES (1, 'Ann', 10), (2, 'Bob', 20), (3, 'Cid', 30);
        INSERT INTO orders VALUES (1, 1, 'ink')
        """;

    /// <summary>A rename, and the names of parents and children after it.</summary>
    public static TheoryData<string, string, string> Renames => new()
    {
        { "", "customers", "orders" },
        { "ALTER TABLE customers RENAME TO clients", "clients", "orders" },
        { "ALTER TABLE customers RENAME COLUMN id TO nr", "customers", "orders" },
        { "ALTER TABLE orders RENAME COLUMN customer TO buyer", "customers", "orders" },
        { "ALTER TABLE orders RENAME TO purchases", "customers", "purchases" },
        { "ALTER TABLE customers RENAME TO x|ALTER TABLE orders RENAME TO customers|ALTER TABLE x RENAME TO orders", "orders", "customers" },
        { "ALTER TABLE customers RENAME TO clients|ALTER TABLE clients RENAME COLUMN id TO nr; ALTER TABLE orders RENAME COLUMN customer TO buyer",
            "clients", "orders" },
    };

    [Theory]
    [MemberData(nameof(Renames))]
    public void Children_follow_a_row_that_gets_a_new_key(string rename, string parents, string children)
    {
        const string Source = "INSERT INTO customers VALUES (4, 'Sam', 1); INSERT INTO orders VALUES (7, 4, 'pen')";
        const string Target = "INSERT INTO customers VALUES (4, 'Tom', 2)";
        var renamed = ";" + rename;
        foreach (var (source, target) in new[] { (Source + renamed, Target), (Source, Target + renamed), (Source + renamed, Target + renamed) })
        {
            using var scenario = new MergeScenario(Start);
            var outcome = scenario.Merge(source, target);
            Assert.Equal("1,Ann,10 2,Bob,20 3,Cid,30 4,Tom,2 5,Sam,1", scenario.Rows(outcome, parents));
            Assert.Equal("1,1,ink 7,5,pen", scenario.Rows(outcome, children));
        }
    }

    [Theory]
    [MemberData(nameof(Renames))]
    public void A_parent_that_one_side_deleted_and_a_child_of_the_other_are_a_conflict(string rename, string parents, string children)
    {
        const string Parent = "DELETE FROM customers WHERE id = 2", Child = "INSERT INTO orders VALUES (7, 2, 'pen')";
        foreach (var (source, target) in new[]
        {
            (Parent + ";" + rename, Child), (Parent, Child + ";" + rename), (Child, Parent + ";" + rename), (Child + ";" + rename, Parent),
            (Child + ";" + rename, Parent + ";" + rename),
        })
        {
            using var scenario = new MergeScenario(Start);
            var open = scenario.Merge(source, target);
            var conflict = Assert.Single(open.Conflicts);
            Assert.Equal((ConflictKind.Row, children), (conflict.Kind, conflict.Table));
            Assert.Contains($"{parents} ", conflict.Cause, StringComparison.Ordinal);
            Assert.EndsWith($"was deleted by the {(source.StartsWith("DELETE", StringComparison.Ordinal) ? "source" : "target")} (ON DELETE CASCADE)",
                conflict.Cause, StringComparison.Ordinal);

            // Taking the child's side brings the parent back; taking the parent's deletes the child.
            var takesChild = source.StartsWith("INSERT", StringComparison.Ordinal) ? ResolutionKind.Source : ResolutionKind.Target;
            var kept = scenario.Merge(source, target, _ => new Resolution(takesChild));
            Assert.Equal(("1,Ann,10 2,Bob,20 3,Cid,30", "1,1,ink 7,2,pen"), (scenario.Rows(kept, parents), scenario.Rows(kept, children)));
            var gone = scenario.Merge(source, target, _ => new Resolution(takesChild == ResolutionKind.Source ? ResolutionKind.Target : ResolutionKind.Source));
            Assert.Equal(("1,Ann,10 3,Cid,30", "1,1,ink"), (scenario.Rows(gone, parents), scenario.Rows(gone, children)));
        }
    }

    [Theory]
    [InlineData("ALTER TABLE customers RENAME TO clients", "")]
    [InlineData("", "ALTER TABLE customers RENAME TO clients")]
    [InlineData("ALTER TABLE customers RENAME TO clients", "ALTER TABLE customers RENAME TO clients")]
    public void New_keys_lie_above_what_was_handed_out_under_the_old_name(string source, string target)
    {
        using var scenario = new MergeScenario(Start) { HighestKey = table => table == "customers" ? 40 : 0 };
        var outcome = scenario.Merge("INSERT INTO customers VALUES (4, 'Sam', 1);" + source, "INSERT INTO customers VALUES (4, 'Tom', 2);" + target);
        Assert.Equal(41, Assert.Single(outcome.Rekeyed).After);
    }

    [Theory]
    [InlineData("ALTER TABLE customers RENAME TO clients", "clients", "customers.balance=delta")]
    [InlineData("ALTER TABLE customers RENAME COLUMN balance TO money", "customers", "customers.balance=delta")]
    [InlineData("ALTER TABLE customers RENAME TO clients|ALTER TABLE clients RENAME COLUMN balance TO money", "clients", "Customers.Balance=delta")]
    [InlineData("ALTER TABLE customers RENAME TO clients|ALTER TABLE clients RENAME COLUMN balance TO money", "clients", "clients.money=delta")]
    public void A_policy_holds_under_each_name_that_a_side_has(string rename, string table, string policy)
    {
        const string One = "UPDATE customers SET balance = balance + 1 WHERE id = 1", Two = "UPDATE customers SET balance = balance + 2 WHERE id = 1";
        foreach (var (source, target) in new[] { (One + ";" + rename, Two), (One, Two + ";" + rename) })
        {
            using var scenario = new MergeScenario(Start);
            var outcome = scenario.Merge(source, target, null, policy);
            Assert.Empty(outcome.Conflicts);
            Assert.Equal("1,Ann,13 2,Bob,20 3,Cid,30", scenario.Rows(outcome, table));
        }
    }

    [Theory]
    [InlineData("ALTER TABLE customers RENAME TO clients", "clients")]
    [InlineData("ALTER TABLE customers RENAME COLUMN id TO nr", "customers")]
    public void A_foreign_key_of_a_new_table_names_what_the_other_side_renamed(string rename, string parents)
    {
        const string Added = "CREATE TABLE calls (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers (id)); "
            + "INSERT INTO customers VALUES (4, 'Sam', 1); INSERT INTO calls VALUES (1, 4)";
        using var scenario = new MergeScenario(Start);
        var outcome = scenario.Merge(Added, "INSERT INTO customers VALUES (4, 'Tom', 2);" + rename);
        Assert.Equal("1,5", scenario.Rows(outcome, "calls"));
        var key = Assert.Single(new SnapshotReader(scenario.Chunks, outcome.Merged).FindTable("calls")!.Schema.ForeignKeys);
        Assert.Equal(parents, key.ReferencedTable);
    }
}
