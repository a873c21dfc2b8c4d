using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using DbVc.Model;
using DbVc.Orchestration;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DbVc.Tests;

/// <summary>Somebody edits the operation log where it lies, in the SQLite file, as cleverly as the format allows.</summary>
public sealed class AuditTests : IDisposable
{
    private const string Newest = "(SELECT max(number) FROM operations)";
    private readonly ShopRepository _shop = new();

    public AuditTests()
    {
        _shop.Branch("side", "UPDATE customers SET balance = 1 WHERE id = 1");
        _shop.Merge("side");
        for (var i = 0; i < 3; i++) _shop.Workspace.Tags.Create(TagName.Parse($"t{i}"), "main");
    }

    private string Control => Path.Combine(_shop.Folder, ".db-version-control");

    private string Anchor => Path.Combine(Control, "operation-head");

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void A_log_that_nobody_touched_is_whole_and_its_witnesses_agree()
    {
        var report = Verify();
        Assert.Empty(report.Problems);
        Assert.Equal(report.Last, report.Entries);
        Assert.All(report.Witnesses, w => Assert.True(w.Agrees, w.Name));
        Assert.Equal(["operation-head", "live database"], report.Witnesses.Select(w => w.Name));
    }

    [Theory]
    [InlineData("UPDATE operations SET body = replace(body, 'Tess', 'Eve') WHERE number = 2", "operation 2", "edited")]
    [InlineData("UPDATE operations SET hash = zeroblob(20) WHERE number = 2", "operation 2", "edited")]
    [InlineData("UPDATE operations SET hash = x'00' WHERE number = 2", "operation 2", "edited")]
    [InlineData("DELETE FROM operations WHERE number = 3", "operation 4", "missing")]
    [InlineData("DELETE FROM operations WHERE number = 1", "operation 2", "missing")]
    [InlineData("UPDATE operations SET number = -number WHERE number IN (2, 3); UPDATE operations SET number = 5 + number WHERE number < 0",
        "operation 2", "another number")]
    [InlineData("INSERT INTO operations SELECT number + 100, hash, body FROM operations WHERE number = 2", "operation 102", "another number")]
    [InlineData("DELETE FROM operations WHERE number = " + Newest, "operation ", "cut off")]
    [InlineData("DELETE FROM operations WHERE number > 2", "operation ", "cut off")]
    [InlineData("DELETE FROM operations", "operation ", "cut off")]
    [InlineData("UPDATE operations SET body = x'7b7d' WHERE number = 2", "operation 2", "edited")]
    public void An_entry_that_was_changed_removed_or_put_elsewhere_is_named(string sql, string place, string message)
    {
        Edit(sql);
        var problem = Verify().Problems[0];
        Assert.Contains(place, problem.Place, StringComparison.Ordinal);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Contains(_shop.Workspace.Upkeep.Verify(CancellationToken.None).Problems, p => p.Kind.StartsWith("store.operation-", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Tess", "Eve")]
    [InlineData("branch create side", "branch create wide")]
    public void A_forger_who_makes_every_later_hash_anew_is_found_by_what_stands_outside_the_log(string before, string after)
    {
        Rechain(bodies => [.. bodies.Select(body => body.Replace(before, after, StringComparison.Ordinal))]);
        var report = Verify();
        Assert.Contains(report.Problems, p => p.Kind == "store.operation-cut-off");
        Assert.Contains(report.Problems, p => p.Kind == "audit.witness" && p.Place.StartsWith("live database", StringComparison.Ordinal));
        Assert.All(report.Witnesses, w => Assert.False(w.Agrees, w.Name));
    }

    [Theory]
    [InlineData("UPDATE operations SET body = replace(body, 'Tess', 'Eve') WHERE number = 2")]
    [InlineData("UPDATE operations SET body = x'7b7d' WHERE number = 2")]
    [InlineData("DELETE FROM operations WHERE number = 3")]
    [InlineData("INSERT INTO operations SELECT number + 100, hash, body FROM operations WHERE number = 2")]
    public void Whoever_lists_a_broken_log_hears_what_the_audit_says(string sql)
    {
        Edit(sql);
        var failure = Assert.Throws<DbVcException>(() => _shop.Workspace.History.Operations(50));
        Assert.Contains(Verify().Problems, p => (p.Kind, p.Place, p.Message) == (failure.Code, failure.Where, failure.Message));
    }

    [Theory]
    [InlineData("DELETE FROM operations WHERE number = " + Newest, true)]
    [InlineData("DELETE FROM operations WHERE number > 2", true)]
    [InlineData("DELETE FROM operations WHERE number > 2", false)]
    public void An_end_that_is_missing_is_said_of_a_list_as_of_the_audit(string sql, bool hasAnchor)
    {
        Assert.Null(_shop.Workspace.Audit.FindProblemOfEnd());
        Edit(sql);
        if (!hasAnchor) File.Delete(Anchor);
        Assert.Contains(_shop.Workspace.Audit.FindProblemOfEnd(), Verify().Problems);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_entry_that_was_inserted_with_all_hashes_made_anew_is_found(bool twice)
    {
        Rechain(bodies => twice ? [.. bodies[..2], bodies[1], bodies[1], .. bodies[2..]] : [.. bodies[..2], bodies[1], .. bodies[2..]]);
        Assert.NotEmpty(Verify().Problems);
    }

    [Fact]
    public void Commands_that_follow_do_not_heal_a_cut_off_end()
    {
        Edit($"DELETE FROM operations WHERE number = {Newest}; DELETE FROM refs WHERE name = 'tags/t2'");
        for (var i = 0; i < 5; i++)
        {
            Assert.Contains(Verify().Problems, p => p.Kind == "store.operation-cut-off");
            _shop.Workspace.Tags.Create(TagName.Parse($"later{i}"), "main");
        }
    }

    [Fact]
    public void Without_the_file_beside_the_store_a_cut_is_not_ruled_out_and_refs_tell_of_it()
    {
        Edit($"DELETE FROM operations WHERE number = {Newest}");
        File.Delete(Anchor);
        var report = Verify();
        Assert.Contains(report.Problems, p => p.Kind == "store.operation-head" && p.Message.Contains("is missing", StringComparison.Ordinal));
        Assert.Contains(report.Problems, p => p.Kind == "store.ref-damaged");
        var witness = report.Witnesses[0];
        Assert.Equal(("operation-head", null, "is missing or cannot be read"), (witness.Name, witness.Agrees, witness.Silence));
    }

    [Fact]
    public void The_live_database_tells_of_an_end_that_was_cut_off_with_refs_and_file_put_right()
    {
        _shop.Branch("more", "UPDATE customers SET balance = 2 WHERE id = 2");
        _shop.Merge("more");
        Edit("DELETE FROM operations WHERE number > 5; DELETE FROM refs WHERE name <> 'heads/main'");
        File.Delete(Anchor);
        Assert.Contains(Verify().Problems, p => p.Kind == "audit.witness");
    }

    [Fact]
    public void A_damaged_file_beside_the_store_is_said_and_the_next_command_makes_it_anew()
    {
        File.WriteAllText(Anchor, "nonsense");
        Assert.Contains(Verify().Problems, p => p.Kind == "store.operation-head" && p.Message.Contains("cannot be read", StringComparison.Ordinal));
        _shop.Workspace.Tags.Create(TagName.Parse("later"), "main");
        Assert.Empty(Verify().Problems);
    }

    [Fact]
    public void A_purge_writes_the_log_anew_and_the_file_follows()
    {
        _shop.Workspace.Upkeep.Purge(new PurgeRequest("orders", ["2"]), CancellationToken.None);
        Assert.Empty(Verify().Problems);
    }

    [Fact]
    public void An_export_is_checked_by_itself_and_by_anybody_who_can_hash()
    {
        var file = Export();
        var report = AuditDesk.VerifyFile(file);
        Assert.Empty(report.Problems);
        Assert.Equal(Verify().Head, report.Head);
        var previous = new string('0', 40);
        foreach (var line in File.ReadLines(file))
        {
            var entry = JsonNode.Parse(line)!.AsObject();
            Assert.Equal(["hash", "number", "previous", "command", "actor", "time", "moves"], entry.Select(p => p.Key));
            var body = line.Replace($"\"hash\":\"{entry["hash"]}\",", "", StringComparison.Ordinal);
            Assert.Equal((string?)entry["hash"], Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))[..40]);
            Assert.Equal(previous, (string?)entry["previous"]);
            previous = (string)entry["hash"]!;
        }
    }

    [Fact]
    public void A_file_that_was_cut_at_its_end_is_told_by_the_repository_and_an_empty_one_by_itself()
    {
        var file = Export();
        Assert.Equal(new AuditFileEnd(_shop.Folder, Verify().Last, HoldsLast: true), _shop.Workspace.Audit.FindEnd(AuditDesk.VerifyFile(file)));
        File.WriteAllLines(file, File.ReadAllLines(file)[..3]);
        var cut = AuditDesk.VerifyFile(file);
        Assert.Empty(cut.Problems);
        Assert.Equal((3, true), (cut.Last, _shop.Workspace.Audit.FindEnd(cut).LogLast > 3));
        File.WriteAllText(file, "");
        Assert.Contains("holds no entry", Assert.Single(AuditDesk.VerifyFile(file).Problems).Message);
    }

    [Theory]
    [InlineData("edit")]
    [InlineData("remove")]
    [InlineData("swap")]
    [InlineData("insert")]
    [InlineData("garbage")]
    [InlineData("behead")]
    public void A_file_that_was_edited_is_found_by_itself(string how)
    {
        var file = Export();
        var lines = File.ReadAllLines(file).ToList();
        if (how == "edit") lines[2] = lines[2].Replace("Tess", "Eve", StringComparison.Ordinal);
        if (how == "remove") lines.RemoveAt(2);
        if (how == "swap") (lines[2], lines[3]) = (lines[3], lines[2]);
        if (how == "insert") lines.Insert(2, lines[2]);
        if (how == "garbage") lines[2] = "{\"hash\":\"";
        if (how == "behead") lines[0] = Forge(lines[0], "0000000000", "1111111111");
        File.WriteAllLines(file, lines);
        Assert.NotEmpty(AuditDesk.VerifyFile(file).Problems);
    }

    [Fact]
    public void An_export_kept_elsewhere_tells_of_a_log_that_was_forged_with_every_other_witness()
    {
        var file = Export();
        Assert.Empty(Verify(file).Problems);
        Rechain(bodies => [.. bodies.Select(body => body.Replace("Tess", "Eve", StringComparison.Ordinal))]);
        File.Delete(Anchor);
        Assert.Contains(Verify(file).Problems, p => p.Kind == "audit.witness" && p.Place.StartsWith(file, StringComparison.Ordinal));
    }

    [Fact]
    public void An_export_begins_where_it_is_asked_to()
    {
        Assert.Equal(4, Lines("4")[0].Number);
        Assert.Equal(1, Lines("2000-01-01")[0].Number);
        Assert.Empty(Lines("2999-01-01"));
        var failure = Assert.Throws<DbVcException>(() => Lines("yesterday"));
        Assert.Equal((FailureKind.Usage, "audit.since"), (failure.Kind, failure.Code));
        var part = Path.Combine(_shop.Folder, "part.jsonl");
        _shop.Workspace.Audit.Export(new AuditExportRequest("3", part), _ => { }, CancellationToken.None);
        Assert.Empty(AuditDesk.VerifyFile(part).Problems);
        Assert.Equal(3, AuditDesk.VerifyFile(part).First);
    }

    [Fact]
    public void A_damaged_log_is_not_exported_and_no_file_is_left()
    {
        Edit("UPDATE operations SET body = replace(body, 'Tess', 'Eve') WHERE number = 2");
        var file = Path.Combine(_shop.Folder, "audit.jsonl");
        var failure = Assert.Throws<DbVcException>(() => _shop.Workspace.Audit.Export(new AuditExportRequest("4", file), _ => { }, CancellationToken.None));
        Assert.Equal("store.operation-damaged", failure.Code);
        Assert.Empty(Directory.EnumerateFiles(_shop.Folder, "audit.jsonl*"));
    }

    [Fact]
    public async Task Twenty_writers_at_once_leave_the_file_with_the_newest_entry_or_one_before()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() =>
        {
            using var other = Workspace.Open(_shop.Folder, ShopRepository.Options, CancellationToken.None);
            other.Tags.Create(TagName.Parse($"w{i}"), "main");
        }, TestContext.Current.CancellationToken)));
        Assert.Empty(Verify().Problems);
    }

    private AuditReport Verify(string? against = null) => _shop.Workspace.Audit.Verify(against);

    private string Export()
    {
        var file = Path.Combine(_shop.Folder, "audit.jsonl");
        _shop.Workspace.Audit.Export(new AuditExportRequest(null, file), _ => { }, CancellationToken.None);
        return file;
    }

    private List<(long Number, string Text)> Lines(string since)
    {
        var lines = new List<(long, string)>();
        void Add(string line) => lines.Add(((long)JsonNode.Parse(line)!["number"]!, line));
        _shop.Workspace.Audit.Export(new AuditExportRequest(since, null), Add, CancellationToken.None);
        return lines;
    }

    private void Edit(string sql)
    {
        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.True(command.ExecuteNonQuery() > 0);
    }

    /// <summary>Writes the whole log anew, with right numbers, right hashes and a right chain.</summary>
    private void Rechain(Func<List<string>, List<string>> forge)
    {
        using var connection = Connect();
        var bodies = new List<string>();
        using (var read = connection.CreateCommand())
        {
            read.CommandText = "SELECT body FROM operations ORDER BY number";
            using var rows = read.ExecuteReader();
            while (rows.Read()) bodies.Add(Encoding.UTF8.GetString((byte[])rows[0]));
        }

        Edit("DELETE FROM operations");
        var (number, previous) = (0, new string('0', 40));
        foreach (var text in forge(bodies))
        {
            var entry = JsonNode.Parse(text)!;
            (entry["number"], entry["previous"]) = (++number, previous);
            var body = Encoding.UTF8.GetBytes(entry.ToJsonString());
            var hash = SHA256.HashData(body)[..20];
            previous = Convert.ToHexStringLower(hash);
            using var insert = connection.CreateCommand();
            insert.CommandText = "INSERT INTO operations VALUES ($number, $hash, $body)";
            insert.Parameters.AddWithValue("$number", number);
            insert.Parameters.AddWithValue("$hash", hash);
            insert.Parameters.AddWithValue("$body", body);
            insert.ExecuteNonQuery();
        }
    }

    private static string Forge(string line, string before, string after)
    {
        var at = line.IndexOf("\"previous\"", StringComparison.Ordinal);
        var body = "{" + line[(line.IndexOf(',', StringComparison.Ordinal) + 1)..at] + line[at..].Replace(before, after, StringComparison.Ordinal);
        return $"{{\"hash\":\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))[..40]}\",{body[1..]}";
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(Control, "commit-history.db")};Pooling=False");
        connection.Open();
        return connection;
    }
}
