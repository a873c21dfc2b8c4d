using System.Globalization;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// An empty database on the work server, to ask the server itself what a definition means. Everything happens in one transaction that is never committed,
/// so nothing is left, whatever happens. There are several, as two who make a table of one name in one database wait for each other.
/// </summary>
internal sealed class PostgresScratch : IDisposable
{
    private const string Prefix = "dbvc_scratch_";
    private const int Most = 16;

    private static readonly string[] DefiningWords = ["create", "alter", "comment"];

    private readonly List<SchemaFault> _faults = [];

    private PostgresScratch(PostgresConnection connection) => Connection = connection;

    public PostgresConnection Connection { get; }

    /// <summary>What was not accepted.</summary>
    public IReadOnlyList<SchemaFault> Faults => _faults;

    public static PostgresScratch Open(ServerAddress server) =>
        Open(number => new PostgresAddress(server.WithDatabase(Prefix + number.ToString(CultureInfo.InvariantCulture))), null);

    /// <summary>One that sorts text as another database does; <paramref name="place"/> names the database of each number.</summary>
    public static PostgresScratch Open(Func<int, PostgresAddress> place, PostgresAddress? like)
    {
        for (var i = 1; ; i++)
        {
            var connection = Connect(place(i), like);
            connection.Execute("BEGIN");
            if (i == Most) connection.Execute("SELECT pg_advisory_xact_lock(1)");
            if (i == Most || connection.ReadText("SELECT pg_try_advisory_xact_lock(1)::text") == "true") return new PostgresScratch(connection);
            connection.Dispose();
        }
    }

    /// <summary>In a transaction of the caller's, who also ends it.</summary>
    public static PostgresScratch Over(PostgresConnection connection) => new(connection);

    /// <summary>Makes all of a schema that the server accepts, whatever order it needs.</summary>
    public static PostgresScratch Create(ServerAddress server, DatabaseSchema schema)
    {
        var scratch = Open(server);
        try
        {
            scratch.Make(schema);
            return scratch;
        }
        catch
        {
            scratch.Dispose();
            throw;
        }
    }

    /// <summary>Makes what the server accepts of a schema; the rest are <see cref="Faults"/>.</summary>
    public void Make(DatabaseSchema schema)
    {
        // A person's own text may name a table without its schema.
        Connection.Execute("SET LOCAL search_path = public; SET LOCAL check_function_bodies = off");
        Make(schema.Objects.Where(o => o.Kind.IsBelowTables()).OrderBy(o => o.Kind.CreationOrder()).Select(Item.Of)
            .Concat(schema.Tables.Select(t => new Item(null, t.Name, [TextOf(t)]))));
        Make(schema.Tables.Where(IsTakenApart).SelectMany(t => t.Constraints!.Where(c => c.Kind == ConstraintKind.ForeignKey)
            .Select(c => new Item(null, t.Name, [PostgresTableComposer.AddConstraint(t, c)]))));
        Make(schema.Objects.Where(o => !o.Kind.IsBelowTables()).OrderBy(o => o.Kind.CreationOrder()).Select(Item.Of));
        Connection.Execute("SET LOCAL search_path = ''");
    }

    public DatabaseSchema Read() => PostgresSchemaReader.Read(Connection);

    /// <summary>True if it went well; otherwise nothing happened.</summary>
    public bool Try(string sql) => PostgresAttempt.Run(Connection, () => Connection.Execute(sql), _ => true) is null;

    public void Dispose() => PostgresTransaction.End(Connection, isDone: false);

    private static PostgresConnection Connect(PostgresAddress address, PostgresAddress? like)
    {
        try
        {
            return PostgresConnection.Open(address);
        }
        catch (DbVcException failure) when (failure.Code == "database.missing")
        {
            try
            {
                PostgresClone.Create(address, like is null ? null : PostgresLocale.Read(like));
            }
            catch (DbVcException exists) when (exists.Code == "database.exists")
            {
                // Somebody else made it meanwhile.
            }

            return PostgresConnection.Open(address);
        }
    }

    private static bool IsTakenApart(TableSchema table) => table is { Constraints: not null, Columns.Count: > 0 };

    private static string TextOf(TableSchema table) =>
        IsTakenApart(table) ? string.Join(";\n", PostgresTableComposer.Statements(table, foreignKeys: false)) : table.Sql;

    /// <summary>What needs another one first is tried again after it.</summary>
    private void Make(IEnumerable<Item> items)
    {
        var left = items.ToList();
        while (left.Count > 0)
        {
            var failed = left.ConvertAll(item => (Item: item, Failure: Make(item))).FindAll(f => f.Failure is not null);
            if (failed.Count == left.Count)
            {
                _faults.AddRange(failed.Select(f => new SchemaFault(f.Item.Kind, f.Item.Name, f.Failure!)));
                return;
            }

            left = failed.ConvertAll(f => f.Item);
        }
    }

    /// <summary>Null if the server took it, else its own words.</summary>
    private string? Make(Item item)
    {
        if (!item.Statements.All(IsDefinition)) return "it is not a definition";
        return PostgresAttempt.Run(Connection, () => item.Statements.ForEach(sql => Connection.Execute(sql)), _ => true) is { } failure
            ? failure.MessageText : null;
    }

    /// <summary>A text that would end the transaction defines nothing. A function's body may hold anything: it is not run.</summary>
    private static bool IsDefinition(string sql)
    {
        if (PostgresTokens.Cut(sql) is not { Count: > 0 } tokens) return false;
        if (tokens.Count > 3 && tokens.Take(4).Any(t => t.IsWord("function") || t.IsWord("procedure"))) return tokens[0].IsWord("create");
        var isFirst = true;
        foreach (var token in tokens)
        {
            if (isFirst && !DefiningWords.Any(token.IsWord)) return false;
            isFirst = token.IsSymbol(';');
        }

        return true;
    }

    private sealed record Item(SchemaObjectKind? Kind, string Name, List<string> Statements)
    {
        public static Item Of(SchemaObject item) => new(item.Kind, item.Name, [item.Sql]);
    }
}
