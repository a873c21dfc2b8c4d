using System.Globalization;
using System.Text.Json;

namespace DbVc.SystemTests;

/// <summary>
/// A bank on any engine, versioned by the published program: accounts, and a book with an entry for each transfer. Whatever happens, the sum of all
/// balances stays, and each account holds what the book says.
/// </summary>
internal sealed class Bank : IDisposable
{
    public const int StartBalance = 1000;

    private static readonly Dictionary<string, string> s_environment = new() { ["DBVC_AUTHOR"] = "Tess <tess@example.com>" };

    public Bank(LiveEngine engine, int accounts)
    {
        Accounts = accounts;
        Live = LiveUnderTest.Start(engine);
        Folder = Directory.CreateTempSubdirectory("dbvc-bank-").FullName;
        Live.Execute("""
            CREATE TABLE accounts (id INTEGER NOT NULL PRIMARY KEY, balance BIGINT NOT NULL, label VARCHAR(40));
            CREATE TABLE entries (id BIGINT NOT NULL PRIMARY KEY, payer INTEGER NOT NULL, payee INTEGER NOT NULL, amount INTEGER NOT NULL);
            """);
        foreach (var chunk in Enumerable.Range(1, accounts).Chunk(500))
        {
            Live.Execute($"INSERT INTO accounts VALUES {string.Join(", ", chunk.Select(i => $"({i}, {StartBalance}, 'account {i}')"))};");
        }

        Succeed("init", "--database", Live.Address);
        LiveShop.AllowBranches(Folder);
        Succeed("invariant", "add", "sum", SumQuery);
    }

    public int Accounts { get; }

    public LiveUnderTest Live { get; }

    public string Folder { get; }

    /// <summary>Returns a row where money was made or lost.</summary>
    public string SumQuery => string.Create(CultureInfo.InvariantCulture,
        $"SELECT total FROM (SELECT SUM(balance) AS total FROM accounts) AS s WHERE total <> {(long)Accounts * StartBalance}");

    /// <summary>Returns each account that does not hold what the book says: a transfer that was done by half, or twice, or overwritten.</summary>
    public static string BookQuery => $"""
        SELECT a.id, a.balance, COALESCE(b.moved, 0) AS booked FROM accounts AS a LEFT JOIN (
            SELECT account, SUM(amount) AS moved FROM (
                SELECT payee AS account, amount FROM entries UNION ALL SELECT payer AS account, -amount AS amount FROM entries) AS both_sides
            GROUP BY account) AS b ON b.account = a.id
        WHERE a.balance <> {StartBalance} + COALESCE(b.moved, 0)
        """;

    /// <summary>One transfer, as statements.</summary>
    public static IEnumerable<string> Transfer(long entry, int payer, int payee, int amount)
    {
        // In the order of their keys, so that two transfers do not wait for each other in a circle.
        foreach (var (id, change) in new[] { (payer, -amount), (payee, amount) }.OrderBy(step => step.Item1))
        {
            yield return $"UPDATE accounts SET balance = balance + {change} WHERE id = {id}";
        }

        yield return $"INSERT INTO entries VALUES ({entry}, {payer}, {payee}, {amount})";
    }

    public Ended Run(params string[] arguments) => Published.RunAsync(Folder, s_environment, arguments).GetAwaiter().GetResult();

    public string Succeed(params string[] arguments)
    {
        var ended = Run(arguments);
        return ended.ExitCode == 0 ? ended.Output
            : throw new InvalidOperationException($"{arguments[0]} {arguments.ElementAtOrDefault(1)} ended with {ended.ExitCode}: {ended.Error}{ended.Output}");
    }

    /// <summary>The text of a key of the document that a command prints.</summary>
    public string Ask(string key, params string[] arguments)
    {
        using var document = JsonDocument.Parse(Succeed([.. arguments, "--json"]));
        return document.RootElement.GetProperty(key).ToString();
    }

    public void Dispose()
    {
        Live.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
