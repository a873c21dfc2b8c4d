using DbVc.Model;
using DbVc.Store;
using Xunit;

namespace DbVc.Tests;

public sealed class StoreLockTests : IDisposable
{
    private readonly ScratchStore _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_lock_excludes_others_in_the_same_store_and_in_another()
    {
        using var second = RepositoryStore.Open(_scratch.Folder);
        using var held = _scratch.Store.Lock("main", TimeSpan.Zero);
        foreach (var store in (RepositoryStore[])[_scratch.Store, second])
        {
            var failure = ScratchStore.ExpectFailure("repository.locked", () => store.Lock("main", TimeSpan.FromMilliseconds(20)));
            Assert.Equal(FailureKind.Locked, failure.Kind);
        }
    }

    [Fact]
    public void A_released_lock_can_be_taken_again()
    {
        using var second = RepositoryStore.Open(_scratch.Folder);
        _scratch.Store.Lock("main", TimeSpan.Zero).Dispose();
        second.Lock("main", TimeSpan.Zero).Dispose();
    }

    [Theory]
    [InlineData("branch/a")]
    [InlineData("../outside")]
    [InlineData("..")]
    [InlineData("Main")]
    public void Locks_of_other_names_are_independent_and_stay_in_their_folder(string name)
    {
        using var held = _scratch.Store.Lock("main", TimeSpan.Zero);
        using var other = _scratch.Store.Lock(name, TimeSpan.Zero);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(_scratch.Folder, "locks")).Length);
    }

    [Fact]
    public async Task A_waiting_caller_gets_the_lock_when_it_is_released()
    {
        var held = _scratch.Store.Lock("main", TimeSpan.Zero);
        var waiting = Task.Run(() => _scratch.Store.Lock("main", TimeSpan.FromMinutes(1)));
        held.Dispose();
        (await waiting).Dispose();
    }
}
