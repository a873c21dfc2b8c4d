using System.Diagnostics;
using DbVc.Databases;
using DbVc.TestServers;
using Xunit;

namespace DbVc.Tests;

/// <summary>Copies that lie ready: given away once, never out of date, and gone with what they are copies of.</summary>
public sealed class PostgresReadyPoolTests : IDisposable
{
    private const string Repository = "0123456789abcdef";

    private static int s_count;

    private readonly List<(PostgresProvider Provider, string Location)> _made = [];
    private readonly string _password = Path.GetTempFileName();
    private readonly string _digits = (0x10000000 + (Environment.ProcessId * 100) + Interlocked.Increment(ref s_count)).ToString("x8", null);

    public static TheoryData<int> Versions => [15, 18];

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_copy_that_lies_ready_is_given_away_and_the_next_is_made(int version)
    {
        var (provider, source) = Make(version);
        provider.Clone(source, Place(provider, "one"));
        var ready = WaitForReady(version, names => names.Length > 0)[0];
        provider.Clone(source, Place(provider, "two"));
        Assert.DoesNotContain(ready, Ready(version));
        Assert.Equal(("1", "1"), (ReadValue(provider, "one"), ReadValue(provider, "two")));
        WaitForReady(version, names => names.Length > 0);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Those_who_clone_at_the_same_time_get_a_database_each(int version)
    {
        var (provider, source) = Make(version);
        provider.Clone(source, Place(provider, "first"));
        WaitForReady(version, names => names.Length > 0);
        var names = Enumerable.Range(0, 4).Select(i => "at" + i).ToList();
        foreach (var name in names) Place(provider, name);
        // One after the other is how a repository clones; taking from the pool must be safe without that.
        Parallel.ForEach(names.Take(2), name => provider.Clone(source, Locate(provider, name)));
        foreach (var name in names.Skip(2)) provider.Clone(source, Locate(provider, name));
        foreach (var name in names)
        {
            Assert.Equal("1", ReadValue(provider, name));
            PostgresTestServer.Execute(PostgresAddress.Parse(Locate(provider, name)), "UPDATE t SET v = 9");
        }

        Assert.Equal("1", ReadValue(provider, "shadow"));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_copy_of_an_older_state_is_not_given_away_and_goes(int version)
    {
        var (provider, source) = Make(version);
        provider.Clone(source, Place(provider, "one"));
        var old = WaitForReady(version, names => names.Length > 0)[0];
        PostgresTestServer.Execute(PostgresAddress.Parse(source), "UPDATE t SET v = 2");
        WriteState(provider, source, 2);
        provider.Clone(source, Place(provider, "two"));
        Assert.Equal("2", ReadValue(provider, "two"));
        WaitForReady(version, names => names.Length > 0 && !names.Contains(old));
        provider.Clone(source, Place(provider, "three"));
        Assert.Equal("2", ReadValue(provider, "three"));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void What_lies_ready_is_no_private_database_of_its_own_and_goes_with_its_source(int version)
    {
        var (provider, source) = Make(version);
        provider.Clone(source, Place(provider, "one"));
        WaitForReady(version, names => names.Length > 0);
        Assert.Equal(["one", "shadow"], List(provider));
        provider.Drop(source);
        Assert.Empty(Ready(version));
        Assert.Equal(["one"], List(provider));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_ready_copy_without_source_and_a_draft_are_listed_and_can_be_dropped(int version)
    {
        var (provider, source) = Make(version);
        foreach (var name in new[] { "ready_0123456789abcdef_0a1b2c", "half_new" })
        {
            PostgresTestServer.Execute(PostgresAddress.Parse(source).With("postgres"), $"CREATE DATABASE dbvc_{_digits}_{name}");
        }

        Assert.Equal(["half", "ready_0123456789abcdef_0a1b2c", "shadow"], List(provider));
        foreach (var location in provider.ListPrivate(_digits + Repository).Where(l => l != source)) provider.Drop(location);
        Assert.Equal(["shadow"], List(provider));
    }

    public void Dispose()
    {
        foreach (var (provider, location) in _made) provider.Drop(location);
        File.Delete(_password);
    }

    private (PostgresProvider Provider, string Location) Make(int version)
    {
        var server = DatabaseServer.Shared(PostgresTestServer.Kind(version));
        File.WriteAllText(_password, server.Password);
        var address = ServerAddress.Parse(server.Url("x")).WithDatabase(null).WithOption("password_file", _password);
        var provider = new PostgresProvider(ServerAddress.Parse(address.ToString()));
        var location = Place(provider, "shadow");
        provider.Create(location);
        PostgresTestServer.Execute(PostgresAddress.Parse(location), "CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 1)");
        WriteState(provider, location, 1);
        return (provider, location);
    }

    private static void WriteState(PostgresProvider provider, string location, int number)
    {
        using var database = provider.Open(location);
        using var session = database.BeginApply(TimeSpan.FromSeconds(5));
        session.SetState(new LiveState(Repository, "shadow", new string('0', 39) + number, ""));
        session.Commit();
    }

    private string Place(PostgresProvider provider, string id)
    {
        var location = Locate(provider, id);
        _made.Add((provider, location));
        return location;
    }

    private string Locate(PostgresProvider provider, string id) => provider.Locate(new PrivateDatabase("", "", _digits + Repository, id));

    private string ReadValue(PostgresProvider provider, string id)
    {
        using var database = provider.Open(Locate(provider, id));
        using var result = database.Query("SELECT v FROM t", QueryLimits.Default);
        return result.Rows.Single()[0].ToString();
    }

    private List<string> List(PostgresProvider provider) =>
        [.. provider.ListPrivate(_digits + Repository).Select(l => ServerAddress.Parse(l).Database!["dbvc_01234567_".Length..]).Order()];

    private string[] Ready(int version) => DatabaseServer.Shared(PostgresTestServer.Kind(version))
        .Run($"SELECT coalesce(string_agg(datname, ','), '') FROM pg_database WHERE starts_with(datname, 'dbvc_{_digits}_ready')").Trim()
        .Split(',', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The server makes them when it likes.</summary>
    private string[] WaitForReady(int version, Func<string[], bool> isEnough)
    {
        var watch = Stopwatch.StartNew();
        for (; ; Thread.Sleep(20))
        {
            if (Ready(version) is var names && isEnough(names)) return names;
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1), "Nothing is made ready.");
        }
    }
}
