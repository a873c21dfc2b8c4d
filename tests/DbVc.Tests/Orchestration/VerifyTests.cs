using System.Text;
using DbVc.Model;
using DbVc.Orchestration;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DbVc.Tests;

/// <summary>Verify finds a flipped bit anywhere in the store and names what it spoils.</summary>
public sealed class VerifyTests : IDisposable
{
    private const int Flips = 20;
    private readonly ShopRepository _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void A_whole_repository_has_no_problem_and_says_what_live_holds_more()
    {
        Grow();
        var report = Verify();
        Assert.True(report.Ok, string.Join("; ", report.Problems));
        Assert.Empty(report.Live!);
        Assert.True(report is { Commits: >= 3, Chunks: > 10, Bytes: > 1000 });
        _shop.Write("DELETE FROM audit");
        report = Verify();
        Assert.True(report.Ok);
        Assert.Equal("audit", Assert.Single(report.Live!).Name);
    }

    [Fact]
    public void A_bit_flipped_anywhere_in_a_pack_is_found_and_named()
    {
        Grow();
        foreach (var pack in Directory.GetFiles(Path.Combine(Control, "packs")))
        {
            var whole = File.ReadAllBytes(pack);
            for (var at = 0; at < whole.Length; at += Math.Max(1, whole.Length / Flips))
            {
                Flip(pack, whole, at);
                var report = Verify();
                Assert.False(report.Ok, $"A flip at byte {at} of {whole.Length} was not found.");
                Assert.Contains(report.Problems, p => p.Object.Contains(Path.GetFileName(pack), StringComparison.Ordinal));
            }

            File.WriteAllBytes(pack, whole);
        }

        Assert.True(Verify().Ok);
    }

    [Fact]
    public void What_a_damaged_chunk_spoils_is_named_in_every_commit_that_shares_it()
    {
        _shop.Write($"UPDATE customers SET name = '{new string('y', 2000)}' WHERE id = 2");
        var first = Commit();
        _shop.Write("INSERT INTO orders VALUES (9, 1, 3)");
        var second = Commit();
        Damage(Hash.Of(Encoding.UTF8.GetBytes(new string('y', 2000))));
        var report = Verify();
        var problem = Assert.Single(report.Problems, p => p.Kind == "store.chunk-damaged" && p.Object.Contains(".pack", StringComparison.Ordinal));
        Assert.Equal(new[] { first, second }.Order(StringComparer.Ordinal).Select(id => $"commit {id}: table customers"), problem.Affects);
        Assert.Contains("at byte", problem.Object, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_and_a_missing_pack_are_named_and_verify_goes_on()
    {
        Grow();
        foreach (var pack in Directory.GetFiles(Path.Combine(Control, "packs")).Order().Skip(1)) File.Delete(pack);
        var report = Verify();
        Assert.True(report.Problems.Count > 2);
        Assert.Contains(report.Problems, p => p.Kind == "store.chunk-missing" && p.Affects.Any(a => a.StartsWith("commit", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_bit_flipped_anywhere_in_the_history_file_is_found_or_changes_nothing_that_can_be_read()
    {
        Grow();
        _shop.Workspace.Dispose();
        var path = Path.Combine(Control, "commit-history.db");
        var (whole, content) = (File.ReadAllBytes(path), Dump(path));
        var found = 0;
        for (var at = 0; at < whole.Length; at += 211)
        {
            Flip(path, whole, at);
            if (IsFound()) found++;
            else Assert.True(content == Dump(path), $"A flip at byte {at} changed the history and was not found.");
            foreach (var side in (string[])["-wal", "-shm"]) File.Delete(path + side);
        }

        File.WriteAllBytes(path, whole);
        _shop.Reopen();
        Assert.True(found > 10, $"{found} flips were found.");
    }

    [Theory]
    [InlineData("DELETE FROM operations WHERE number = (SELECT max(number) FROM operations)", "store.ref-damaged")]
    [InlineData("DELETE FROM operations WHERE number > 1", "store.operation-damaged")]
    [InlineData("DELETE FROM operations WHERE number = 2", "store.operation-damaged")]
    [InlineData("UPDATE refs SET hash = (SELECT id FROM commits WHERE id <> refs.hash LIMIT 1) WHERE name = 'heads/side'", "store.ref-damaged")]
    [InlineData("DELETE FROM refs WHERE name = 'heads/side'", "store.ref-damaged")]
    [InlineData("UPDATE documents SET body = replace(body, 'side', 'sidd') WHERE collection = 'branches'", "store.document-damaged")]
    [InlineData("DELETE FROM documents WHERE collection = 'branches'", "branch.record")]
    [InlineData("DELETE FROM commits WHERE id = (SELECT hash FROM refs WHERE name = 'heads/side')", "store.commit-damaged")]
    [InlineData("UPDATE chunks SET offset = offset + 1 WHERE hash = (SELECT max(hash) FROM chunks)", "store.chunk-damaged")]
    [InlineData("DELETE FROM chunks WHERE hash IN (SELECT hash FROM chunks)", "store.chunk-missing")]
    [InlineData("DELETE FROM packs", "store.index-damaged")]
    public void Whatever_is_edited_in_the_history_file_is_found(string sql, string kind)
    {
        Grow();
        using (var connection = Connect(Path.Combine(Control, "commit-history.db")))
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            Assert.True(command.ExecuteNonQuery() > 0);
        }

        var report = Verify();
        Assert.Contains(report.Problems, p => p.Kind == kind);
        if (kind == "store.commit-damaged") Assert.Contains(report.Problems, p => p.Affects.Contains("branch side"));
    }

    private string Control => Path.Combine(_shop.Folder, ".db-version-control");

    private void Grow()
    {
        _shop.Branch("side", "UPDATE customers SET balance = 1 WHERE id = 1; INSERT INTO customers (id, name) VALUES (3, '" + new string('z', 5000) + "')");
        _shop.Write("INSERT INTO orders VALUES (8, 2, 4)");
        Commit();
    }

    private string Commit()
    {
        return _shop.Workspace.Branches.Commit(BranchName.Main, "Commit", null, CancellationToken.None).Commit!.Value.ToString();
    }

    private VerifyReport Verify()
    {
        _shop.Reopen();
        return _shop.Workspace.Upkeep.Verify(CancellationToken.None);
    }

    /// <summary>True if opening or verify notices.</summary>
    private bool IsFound()
    {
        try
        {
            using var workspace = Workspace.Open(_shop.Folder, ShopRepository.Options, CancellationToken.None);
            return !workspace.Upkeep.Verify(CancellationToken.None).Ok;
        }
        catch (DbVcException)
        {
            return true;
        }
        catch (System.Text.Json.JsonException)
        {
            return true;
        }
    }

    private void Damage(Hash chunk)
    {
        using var connection = Connect(Path.Combine(Control, "commit-history.db"));
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name, offset FROM chunks JOIN packs ON id = pack WHERE hash = $hash";
        command.Parameters.AddWithValue("$hash", chunk.ToBytes());
        using var reader = command.ExecuteReader();
        Assert.True(reader.Read());
        var pack = Path.Combine(Control, "packs", reader.GetString(0));
        Flip(pack, File.ReadAllBytes(pack), (int)reader.GetInt64(1) + 40);
    }

    private static void Flip(string path, byte[] whole, int at)
    {
        var bytes = (byte[])whole.Clone();
        bytes[at] ^= (byte)(1 << (at % 8));
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>Everything that the tables hold.</summary>
    private static string Dump(string path)
    {
        var text = new StringBuilder();
        using var connection = Connect(path);
        foreach (var table in (string[])["format", "commits", "refs", "operations", "documents", "packs", "chunks", "condemned"])
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"SELECT * FROM {table} ORDER BY 1, 2";
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                for (var i = 0; i < reader.FieldCount; i++)
                {
                    text.Append(reader.GetValue(i) is byte[] bytes ? Convert.ToHexString(bytes) : reader.GetValue(i)).Append('|');
                }
            }
        }

        return text.ToString();
    }

    private static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        return connection;
    }
}
