using DbVc.Model;
using DbVc.Orchestration;
using DbVc.Store;
using Xunit;

namespace DbVc.Tests;

/// <summary>A disk that is full at the first, second, third … write of the store: it is said clearly, nothing is lost, and with space it works.</summary>
public sealed class FullAtEveryWriteTests : IDisposable
{
    private const int NoSpace = 28;
    private const int MaxWrites = 100;
    private readonly ShopRepository _shop = new();
    private int _write;
    private int _fullAt;

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void A_commit()
    {
        _shop.Branch("work", "UPDATE customers SET balance = 1");
        var round = 0;
        FillEverywhere(
            () => _shop.WriteBranch("work", $"UPDATE customers SET balance = {++round}, name = '{new string('n', 3000)}{round}'"),
            workspace => workspace.Branches.Commit(BranchName.Parse("work"), "Round", null, CancellationToken.None));
        Assert.Equal($"{round}", _shop.AskBranch("work", "SELECT max(balance) FROM customers"));
    }

    [Fact]
    public void A_merge()
    {
        var round = 0;
        FillEverywhere(
            () =>
            {
                _shop.Branch($"work{++round}", $"UPDATE customers SET balance = {round + 1000}, name = '{new string('m', 3000)}{round}'");
                _shop.Write($"UPDATE orders SET total = {round}");
            },
            workspace => workspace.Merges.Merge(new MergeRequest(BranchName.Parse($"work{round}"), BranchName.Main, false, []), CancellationToken.None));
        Assert.Equal($"{round + 1000}", _shop.Ask("SELECT max(balance) FROM customers"));
    }

    [Fact]
    public void A_gc()
    {
        var round = 0;
        FillEverywhere(
            () =>
            {
                _shop.Branch($"gone{++round}", $"UPDATE customers SET name = '{new string('g', 3000)}{round}'");
                _shop.Workspace.Branches.Delete(BranchName.Parse($"gone{round}"));
            },
            workspace => workspace.Upkeep.Collect(new GcRequest(false, TimeSpan.Zero), CancellationToken.None), atLeast: 2);
    }

    [Fact]
    public void A_purge()
    {
        var round = 100;
        FillEverywhere(
            () =>
            {
                _shop.Write($"INSERT INTO customers (id, name) VALUES ({++round}, 'Forget me {round}')");
                _shop.Workspace.Branches.Commit(BranchName.Main, "Round", null, CancellationToken.None);
            },
            workspace => workspace.Upkeep.Purge(new PurgeRequest("customers", [$"{round}"]), CancellationToken.None), canFinishAlone: true);
        Assert.Equal("2", _shop.Ask("SELECT count(*) FROM customers"));
    }

    /// <param name="prepare">Makes something to do, before each attempt.</param>
    /// <param name="act">Does it.</param>
    /// <param name="canFinishAlone">Opening the repository may have done it already.</param>
    /// <param name="atLeast">How many writes it needs.</param>
    private void FillEverywhere(Action prepare, Action<Workspace> act, bool canFinishAlone = false, int atLeast = 4)
    {
        for (var write = 1; write < MaxWrites; write++)
        {
            prepare();
            _shop.Reopen();
            var failure = Attempt(act, write);
            if (failure is null)
            {
                Assert.True(write > atLeast, $"Only {write - 1} writes were seen.");
                return;
            }

            Assert.True(failure.Code is "store.full" or "publish.unfinished", $"Write {write}: {failure.Code}: {failure.Message}");
            Assert.Contains("full", failure.Message, StringComparison.Ordinal);
            _shop.Reopen();
            var verify = _shop.Workspace.Upkeep.Verify(CancellationToken.None);
            Assert.True(verify.Ok, $"Write {write}: {string.Join("; ", verify.Problems)}");
            try
            {
                act(_shop.Workspace);
            }
            catch (DbVcException done) when (canFinishAlone && done.Code == "row.missing")
            {
                // The purge was finished when the repository was opened.
            }
        }

        Assert.Fail("It did not end.");
    }

    private DbVcException? Attempt(Action<Workspace> act, int write)
    {
        using var workspace = Workspace.Open(_shop.Folder, ShopRepository.Options with { StoreReached = Fill }, CancellationToken.None);
        (_write, _fullAt) = (0, write);
        try
        {
            act(workspace);
            return null;
        }
        catch (DbVcException failure)
        {
            return failure;
        }
        finally
        {
            _fullAt = 0;
        }
    }

    /// <summary>Full from the given write on, until the command has ended: tidying up meets the full disk too.</summary>
    private void Fill(StoreStep step)
    {
        if (step is StoreStep.Committed or StoreStep.DiscardPack or StoreStep.RemovePack || _fullAt == 0 || ++_write < _fullAt) return;
        if (step is StoreStep.Commit or StoreStep.Vacuum) throw StoreFailure.Full(null);
        throw new IOException("No space left on device", NoSpace);
    }
}
