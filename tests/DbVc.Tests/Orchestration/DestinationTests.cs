using DbVc.Databases;
using DbVc.Model;
using DbVc.Orchestration;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

public sealed class DestinationTests
{
    private static readonly TableDraft s_orders = new("orders",
    [
        new("order_id", FieldType.Integer) { Nullable = false },
        new("code", FieldType.Text) { Nullable = false },
        new("customer", FieldType.Text) { Nullable = false, MaxLength = 40 },
        new("status", FieldType.Text) { Default = "it's new" },
        new("note", FieldType.Text) { MaxLength = 2000 },
        new("quantity", FieldType.Integer) { Default = "1" },
        new("total", FieldType.Decimal),
        new("weight", FieldType.Real),
        new("express", FieldType.Boolean) { Default = "false" },
        new("ordered_on", FieldType.Date),
        new("loaded_at", FieldType.Timestamp) { DefaultsToNow = true },
    ], ["order_id", "code"]);

    [Fact]
    public void A_table_is_made_in_sqlite_with_its_own_types() => Assert.Equal("""
        CREATE TABLE "orders" (
            "order_id" INTEGER NOT NULL,
            "code" TEXT NOT NULL,
            "customer" TEXT NOT NULL CHECK (length("customer") <= 40),
            "status" TEXT DEFAULT 'it''s new',
            "note" TEXT CHECK (length("note") <= 2000),
            "quantity" INTEGER DEFAULT 1,
            "total" NUMERIC,
            "weight" REAL,
            "express" BOOLEAN DEFAULT 0,
            "ordered_on" DATE,
            "loaded_at" TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
            PRIMARY KEY ("order_id", "code")
        )
        """, SqliteTableMaker.Instance.Make(s_orders).Sql);

    [Fact]
    public void A_table_is_made_in_postgres_with_its_own_types() => Assert.Equal("""
        CREATE TABLE public.orders (
            order_id bigint NOT NULL,
            code text NOT NULL,
            customer character varying(40) NOT NULL,
            status text DEFAULT 'it''s new',
            note character varying(2000),
            quantity bigint DEFAULT 1,
            total numeric,
            weight double precision,
            express boolean DEFAULT false,
            ordered_on date,
            loaded_at timestamp without time zone DEFAULT LOCALTIMESTAMP,
            CONSTRAINT orders_pkey PRIMARY KEY (order_id, code)
        )
        """, PostgresTableMaker.Instance.Make(s_orders).Sql);

    [Fact]
    public void A_table_is_made_in_mariadb_with_its_own_types() => Assert.Equal("""
        CREATE TABLE `orders` (
          `order_id` bigint(20) NOT NULL,
          `code` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
          `customer` varchar(40) NOT NULL,
          `status` longtext DEFAULT 'it''s new',
          `note` longtext DEFAULT NULL CHECK (char_length(`note`) <= 2000),
          `quantity` bigint(20) DEFAULT 1,
          `total` decimal(57,28) DEFAULT NULL,
          `weight` double DEFAULT NULL,
          `express` tinyint(1) DEFAULT 0,
          `ordered_on` date DEFAULT NULL,
          `loaded_at` datetime(6) DEFAULT current_timestamp(6),
          PRIMARY KEY (`order_id`, `code`)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """, MySqlTableMaker.Instance.Make(s_orders).Sql);

    /// <summary>Engine, declared type, and the types of metadata that it holds.</summary>
    [Theory]
    [InlineData("sqlite", "INTEGER", "Integer Boolean")]
    [InlineData("sqlite", "VARCHAR(20)", "Text Decimal Date Timestamp")]
    [InlineData("sqlite", "", "Text Integer Real Decimal Boolean Date Timestamp")]
    [InlineData("sqlite", "BLOB", "")]
    [InlineData("sqlite", "NUMERIC", "Integer Real Decimal Boolean")]
    [InlineData("sqlite", "DATETIME", "Date Timestamp")]
    [InlineData("postgres", "integer", "Integer")]
    [InlineData("postgres", "numeric(10,2)", "Integer Real Decimal")]
    [InlineData("postgres", "double precision", "Real")]
    [InlineData("postgres", "character varying(20)", "Text Decimal Date Timestamp")]
    [InlineData("postgres", "boolean", "Boolean")]
    [InlineData("postgres", "date", "Date")]
    [InlineData("postgres", "timestamp with time zone", "Date Timestamp")]
    [InlineData("postgres", "timestamp(3) without time zone", "Date Timestamp")]
    [InlineData("postgres", "time without time zone", "")]
    [InlineData("postgres", "uuid", "Text")]
    [InlineData("postgres", "shop.mood", "Text")]
    [InlineData("postgres", "bytea", "")]
    [InlineData("mysql", "int(10) unsigned", "Integer Boolean")]
    [InlineData("mysql", "tinyint(1)", "Integer Boolean")]
    [InlineData("mysql", "decimal(8,2)", "Integer Real Decimal")]
    [InlineData("mysql", "enum('a','b (c)')", "Text Decimal Date Timestamp")]
    [InlineData("mysql", "mediumtext", "Text Decimal Date Timestamp")]
    [InlineData("mysql", "datetime(3)", "Date Timestamp")]
    [InlineData("mysql", "date", "Date")]
    [InlineData("mysql", "longblob", "")]
    [InlineData("mysql", "bit(1)", "")]
    public void A_column_holds_what_its_type_keeps_as_it_is(string engine, string declared, string expected)
    {
        var column = new Column { Id = 1, Name = "c", DeclaredType = declared };
        Assert.Equal(expected, string.Join(' ', Enum.GetValues<FieldType>().Where(t => MakerOf(engine).CanHold(column, t))));
    }

    [Fact]
    public void An_existing_table_is_compared_column_by_column()
    {
        var spec = MetadataReader.Read(SampleMetadata.SeedShort, "a.json");
        Assert.Empty(Compare(("ID", "INTEGER", true), ("email", "VARCHAR(255)", true), ("age", "INT", true), ("note", "TEXT", true)));
        var differences = Compare(("id", "INTEGER", true), ("email", "BLOB", true), ("note", "TEXT", false));
        Assert.Equal(3, differences.Count);
        Assert.Contains("'email'", differences[0], StringComparison.Ordinal);
        Assert.Contains("'age' (integer) is missing", differences[1], StringComparison.Ordinal);
        Assert.Contains("'note'", differences[2], StringComparison.Ordinal);

        IReadOnlyList<string> Compare(params (string Name, string Type, bool Nullable)[] columns) =>
            Destination.Compare(spec, Table(columns), SqliteTableMaker.Instance);
    }

    private static ITableMaker MakerOf(string engine) => engine switch
    {
        "sqlite" => SqliteTableMaker.Instance,
        "postgres" => PostgresTableMaker.Instance,
        _ => MySqlTableMaker.Instance,
    };

    private static TableSchema Table(params (string Name, string Type, bool Nullable)[] columns) => new()
    {
        Name = "users",
        Columns = [.. columns.Select((c, i) => new Column { Id = i + 1, Name = c.Name, DeclaredType = c.Type, Nullable = c.Nullable })],
        PrimaryKey = ["id"],
        Sql = "",
    };
}
