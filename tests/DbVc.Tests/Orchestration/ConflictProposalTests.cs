using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>What is proposed about conflicts, and that nothing comes of it until a person says so.</summary>
public sealed class ConflictProposalTests : IDisposable
{
    private readonly ShopRepository _shop = new("""
        CREATE TABLE people (mail TEXT PRIMARY KEY, name TEXT, age, visits INTEGER, note TEXT, updated_at TEXT, doc JSON);
        INSERT INTO people VALUES ('a', 'Ann', '1.5', 10, 'old', '2026-01-01', '{"x":1}');
        """);

    public void Dispose() => _shop.Dispose();

    /// <summary>What the branch does, what main does, what is proposed, and a part of the reason; source is the branch.</summary>
    public static TheoryData<string, string, string?, string> Cases => new()
    {
        { "UPDATE people SET name = 'Anna'", "UPDATE people SET name = ' Anna '", "source", "white space" },
        { "UPDATE people SET name = 'ANNA B'", "UPDATE people SET name = 'Anna B'", "target", "upper and lower case" },
        { "UPDATE people SET name = 'A@x.org'", "UPDATE people SET name = 'a@x.org'", "target", "lower case, as addresses are" },
        { "UPDATE people SET age = '7'", "UPDATE people SET age = 7", "target", "a number, not a text" },
        { "UPDATE people SET age = '7.50'", "UPDATE people SET age = '7.5'", "source", "more digits" },
        { "UPDATE people SET age = '1.50'", "UPDATE people SET age = '2'", "target", "The source only wrote what was there in another form" },
        { "UPDATE people SET name = 'Berta'", "UPDATE people SET name = 'ann'", "source", "The target only wrote" },
        { "UPDATE people SET visits = 15", "UPDATE people SET visits = 8", "value 13", "from 10, by +5 and -2" },
        { "UPDATE people SET updated_at = '2026-03-01'", "UPDATE people SET updated_at = '2026-02-01T10:00:00Z'", "source", "the source's is later" },
        { "UPDATE people SET note = 'b', updated_at = '2026-03-01'", "UPDATE people SET note = 'm', updated_at = '2026-04-01'", "target target", "later" },
        { "UPDATE people SET note = 'this'", "UPDATE people SET note = 'that'", null, "" },
        { "UPDATE people SET age = '007'", "UPDATE people SET age = '7'", null, "" },
        { "UPDATE people SET age = 'x'", "UPDATE people SET age = NULL", null, "" },
        { "DELETE FROM people", "UPDATE people SET name = 'ANN'", "source", "only wrote in another form what the source deleted" },
        { "DELETE FROM people", "UPDATE people SET name = 'Berta'", "target", "can be deleted later" },
        { "INSERT INTO people (mail, name, note) VALUES ('b', 'Bo', 'new')", "INSERT INTO people (mail, name) VALUES ('b', 'Bo')", "source", "" },
        { "UPDATE people SET doc = '{\"x\":2}'", "UPDATE people SET doc = '{\"x\":3}'", null, "" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_built_in_rules_propose(string branch, string main, string? expected, string reason)
    {
        Start(branch, main);
        var views = _shop.Workspace.Merges.ListConflicts(null, null, 10).Conflicts;

        Assert.NotEmpty(views);
        Assert.All(views, v => Assert.Null(v.Resolution));
        Assert.Equal(expected ?? "", string.Join(' ', views.Select(v => v.Proposal).OfType<ConflictProposal>().Select(p => Describe(p.Resolution))));
        Assert.All(views.Select(v => v.Proposal).OfType<ConflictProposal>(), p =>
        {
            Assert.Equal("builtin", p.By);
            Assert.Contains(reason, p.Reason, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_proposal_decides_nothing_until_a_person_accepts_it_and_the_commit_says_who_accepted_whose()
    {
        Start("UPDATE people SET visits = 15, note = 'this'", "UPDATE people SET visits = 12, note = 'that'");
        Assert.Equal("work conflicts", Run());
        Assert.Equal("12", _shop.Ask("SELECT visits FROM people"));

        Assert.Equal(1, _shop.Workspace.Merges.Resolve(new ResolveRequest(null, null, null)));
        Assert.Equal("work conflicts", Run());
        var open = Assert.Single(_shop.Workspace.Merges.ListConflicts(null, null, 10).Conflicts, v => v.Resolution is null);
        Fails("proposal.missing", () => _shop.Workspace.Merges.Resolve(new ResolveRequest(null, open.Conflict.Id, null)));
        Fails("proposal.missing", () => _shop.Workspace.Merges.Resolve(new ResolveRequest(null, null, null)));
        _shop.Workspace.Merges.Resolve(new ResolveRequest(null, open.Conflict.Id, new Resolution(ResolutionKind.Target)));

        Assert.Equal("work landed", Run());
        Assert.Equal("17 that", _shop.Ask("SELECT visits || ' ' || note FROM people"));
        var message = _shop.Workspace.History.Find("work").Commit.Commit.Message;
        Assert.Contains("Decided: 2 conflicts\nAccepted: 1 proposal of builtin, by Tess", message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_person_decides_otherwise_afterwards_is_not_what_was_accepted()
    {
        Start("UPDATE people SET visits = 15", "UPDATE people SET visits = 12");
        _shop.Workspace.Merges.Resolve(new ResolveRequest(null, null, null));
        var conflict = Assert.Single(_shop.Workspace.Merges.ListConflicts(null, null, 10).Conflicts).Conflict;
        _shop.Workspace.Merges.Resolve(new ResolveRequest(null, conflict.Id, new Resolution(ResolutionKind.Source)));

        Assert.Equal("work landed", Run());
        Assert.Equal("15", _shop.Ask("SELECT visits FROM people"));
        Assert.DoesNotContain("Accepted", _shop.Workspace.History.Find("work").Commit.Commit.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_proposal_is_of_the_values_that_it_was_made_for()
    {
        Start("UPDATE people SET visits = 15", "UPDATE people SET visits = 12");
        var before = Assert.Single(_shop.Workspace.Merges.ListConflicts(null, null, 10).Conflicts);
        _shop.Workspace.Merges.Resolve(new ResolveRequest(null, null, null));
        _shop.Write("UPDATE people SET visits = 13");

        // What was accepted was about 12, so the run asks again, with another proposal.
        Assert.Equal("work conflicts", Run());
        var after = Assert.Single(_shop.Workspace.Merges.ListConflicts(null, null, 10).Conflicts, v => v.Resolution is null);
        Assert.NotEqual(before.Conflict.Id, after.Conflict.Id);
        Assert.Equal("value 18", Describe(after.Proposal!.Resolution));
    }

    [Fact]
    public void Proposals_can_be_asked_for_in_any_merge_in_progress_and_go_with_it()
    {
        _shop.Branch("work", "UPDATE people SET visits = 15");
        _shop.Write("UPDATE people SET visits = 12");
        Assert.Equal(MergeState.Conflicts, _shop.Merge("work").State);
        Assert.Null(_shop.Workspace.Merges.ListConflicts(null, null, 10).Conflicts[0].Proposal);

        var report = _shop.Workspace.Merges.Propose(null, null, CancellationToken.None);
        Assert.Equal((1, 1), (report.Open, report.Proposed));
        _shop.Workspace.Merges.Resolve(new ResolveRequest(null, null, null));
        Assert.Equal(MergeState.Merged, _shop.Workspace.Merges.Continue(null, CancellationToken.None).State);
        Assert.Equal("17", _shop.Ask("SELECT visits FROM people"));
        Assert.Contains("Accepted: 1 proposal of builtin, by Tess", _shop.Workspace.History.Find("HEAD").Commit.Commit.Message, StringComparison.Ordinal);
        Assert.Equal("merge.missing", Assert.Throws<DbVcException>(() => _shop.Workspace.Merges.Propose(null, null, CancellationToken.None)).Code);
    }

    private void Start(string branch, string main)
    {
        _shop.Branch("work", branch);
        _shop.Write(main);
        _shop.Workspace.Queue.Add([BranchName.Parse("work")]);
        Assert.Equal("work conflicts", Run());
    }

    private string Run() => string.Join(' ', _shop.Workspace.Queue.Run(new Silence(), _ => { }, CancellationToken.None).Entries
        .Select(e => $"{e.Branch} {e.State.ToString().ToLowerInvariant()}{(e.State == QueueState.Refused ? " " + e.Reason : "")}"));

    private static string Describe(Resolution resolution) =>
        resolution.Value is { } value ? $"value {value}" : resolution.Kind.ToString().ToLowerInvariant();

    private static void Fails(string code, Action action) => Assert.Equal(code, Assert.Throws<DbVcException>(action).Code);
}
