using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>What a surface for programs lets them do, whoever they act for.</summary>
public sealed class CallerBoundTests : IDisposable
{
    private readonly AccessShop _people = new();

    public void Dispose() => _people.Dispose();

    [Fact]
    public void Without_chosen_branches_even_an_administrator_only_reads()
    {
        using var workspace = Bound("ada", null);
        Assert.Equal("viewer", workspace.Access.WhoAmI().Role);
        Assert.NotEmpty(workspace.Branches.List());
        Refused("access.read-only", () => workspace.Access.RequireBranch("branch create", BranchName.Parse("agent/x")));
        Refused("access.read-only", () => workspace.Branches.Create(BranchName.Parse("agent/x"), null, CancellationToken.None));
    }

    [Fact]
    public void Chosen_branches_are_changed_and_no_others_and_what_is_committed_is_an_agents()
    {
        using var workspace = Bound("ada", null, "agent/*");
        var branch = BranchName.Parse("agent/x");
        ShopRepository.Execute(workspace.Branches.Create(branch, null, CancellationToken.None).Database!, AccessShop.Rows);
        Assert.NotNull(workspace.Branches.Commit(branch, "One more", null, CancellationToken.None).Commit);
        var author = workspace.History.Find("agent/x").Commit.Commit.Author;
        Assert.Equal(("Ada", AuthorKind.Agent), (author.Name, author.Kind));

        Refused("access.scope", () => workspace.Branches.Create(BranchName.Parse("other"), null, CancellationToken.None));
        Refused("access.scope", () => workspace.Access.RequireBranch("commit", BranchName.Parse("agents/x")));
        Refused("access.scope", () => workspace.Files.Write(BranchName.Parse("other"), "generated/A.cs", ""));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("main")]
    public void Main_is_out_of_reach_whatever_the_pattern_and_the_role(string pattern)
    {
        _people.Branch("art", "work");
        using var workspace = Bound("ada", null, pattern, "work");
        var head = workspace.Branches.Show(BranchName.Main).Head;
        Refused("access.person", () => workspace.Access.RequireBranch("branch merge", BranchName.Main));
        Refused("access.person", () => workspace.Merges.Merge(new MergeRequest(BranchName.Parse("work"), BranchName.Main, false, []), CancellationToken.None));
        Refused("access.person", () => workspace.Merges.Merge(
            new MergeRequest(BranchName.Parse("work"), BranchName.Main, false, []) { Override = "because" }, CancellationToken.None));
        _people.Shop.Write("UPDATE customers SET balance = 7 WHERE id = 2");
        Refused("access.person", () => workspace.Branches.Commit(BranchName.Main, "Mine", null, CancellationToken.None));
        Refused("access.person", () => workspace.Replays.Rollback(new RollbackRequest(head.ToString(), false), CancellationToken.None));
        // What another program wrote is written down as its own, whoever looks; nothing else came.
        var now = workspace.History.Find("main").Commit.Commit;
        Assert.Equal((AuthorKind.External, head), (now.Author.Kind, Assert.Single(now.Parents)));
    }

    [Fact]
    public void A_protected_pattern_is_out_of_reach_too()
    {
        _people.Rule("agent/release", isProtected: true);
        using var workspace = Bound("ada", null, "agent/*");
        Refused("access.person", () => workspace.Branches.Create(BranchName.Parse("agent/release"), null, CancellationToken.None));
    }

    [Theory]
    [InlineData("user add")]
    [InlineData("purge")]
    [InlineData("config set")]
    [InlineData("branch approve")]
    [InlineData("branch override")]
    public void What_is_a_persons_no_role_brings(string verb)
    {
        using var workspace = Bound("ada", null, "*");
        Refused("access.person", () => workspace.Access.RequireVerb(verb));
    }

    [Fact]
    public void A_tag_is_a_persons()
    {
        using var workspace = Bound("ada", null, "*");
        Refused("access.person", () => workspace.Tags.Create(TagName.Parse("v1"), "HEAD"));
    }

    [Fact]
    public void The_branches_of_a_token_are_chosen_branches_and_bounds_of_both_hold_at_once()
    {
        var (_, text) = _people.As("ada").Access.CreateToken(new TokenRequest("Art", null, ["agent/*"], null));
        var (_, wide) = _people.As("ada").Access.CreateToken(new TokenRequest("Art", null, [], null));
        using (var workspace = Bound("ada", text))
        {
            workspace.Branches.Create(BranchName.Parse("agent/one"), null, CancellationToken.None);
            Refused("token.scope", () => workspace.Branches.Create(BranchName.Parse("other"), null, CancellationToken.None));
        }

        using (var workspace = Bound("ada", wide)) Assert.Equal("viewer", workspace.Access.WhoAmI().Role);
        using (var workspace = Bound("ada", text, "agent/a*"))
        {
            workspace.Branches.Create(BranchName.Parse("agent/a1"), null, CancellationToken.None);
            Refused("access.scope", () => workspace.Branches.Create(BranchName.Parse("agent/b1"), null, CancellationToken.None));
        }
    }

    [Fact]
    public void A_branch_that_somebody_else_had_a_hand_in_is_not_removed()
    {
        _people.Branch("art", "agent/art");
        using var workspace = Bound("ada", null, "agent/*");
        Refused("access.not-own", () => workspace.Branches.Delete(BranchName.Parse("agent/art")));
        var own = BranchName.Parse("agent/own");
        var database = workspace.Branches.Create(own, null, CancellationToken.None).Database!;
        ShopRepository.Execute(database, AccessShop.Rows);
        Refused("branch.uncommitted", () => workspace.Branches.Delete(own));
        workspace.Branches.Commit(own, "Mine", null, CancellationToken.None);
        workspace.Branches.Delete(own);
        Assert.DoesNotContain(workspace.Branches.List(), branch => branch.Name == own.Text);
    }

    [Fact]
    public void Files_of_a_branch_are_written_below_its_folders_and_nowhere_else()
    {
        using var workspace = Bound("ada", null, "agent/*");
        var branch = BranchName.Parse("agent/x");
        workspace.Branches.Create(branch, null, CancellationToken.None);
        workspace.Files.Write(branch, "generated/Load.cs", "// mine");
        Assert.Equal(["generated/Load.cs"], workspace.Files.List(branch));
        Assert.Equal("// mine", workspace.Files.Read(branch, "generated/Load.cs"));
        foreach (var path in new[] { "../../config.yaml", "/etc/cron.d/x", "metadata.json", "generated/x.csproj", "state/cursor.json", "generated/../a.cs" })
            Assert.Throws<DbVcException>(() => workspace.Files.Write(branch, path, "x"));
        Assert.Throws<DbVcException>(() => workspace.Files.List(BranchName.Main));
        var folder = Path.Combine(_people.Shop.Folder, "branches", branch.Folder, "tests");
        File.CreateSymbolicLink(folder, _people.Shop.Folder);
        Refused("branch.file-link", () => workspace.Files.Write(branch, "tests/A.cs", "x"));
    }

    [Fact]
    public void Files_are_read_below_one_folder_through_no_link_and_none_that_is_hidden()
    {
        var folder = Directory.CreateTempSubdirectory("dbvc-files-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "in"));
            File.WriteAllText(Path.Combine(folder, "in", "a.csv"), "id");
            File.CreateSymbolicLink(Path.Combine(folder, "in", "link.csv"), "/etc/passwd");
            File.CreateSymbolicLink(Path.Combine(folder, "out"), "/etc");
            var bound = new FileBound(folder);
            Assert.Equal(Path.Combine(folder, "in", "a.csv"), bound.Find("in/a.csv"));
            Assert.Equal(Path.Combine(folder, "in", "a.csv"), bound.Find(Path.Combine(folder, "in", "..", "in", "a.csv")));
            foreach (var path in new[]
            {
                "/etc/passwd", "../x", "in/link.csv", "out/passwd", ".env", ".db-version-control/config.yaml", "in/.hidden/a.csv", "", ".",
                "a\nb",
                "https://example.com/a.csv", folder + "x/a.csv", "postgres://u:p@h/d",
            })
            {
                Assert.Equal("access.file", Assert.Throws<DbVcException>(() => bound.Find(path)).Code);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Refused(string code, Action act)
    {
        var failure = Assert.Throws<DbVcException>(act);
        Assert.Equal((code, FailureKind.Refused), (failure.Code, failure.Kind));
    }

    private Workspace Bound(string login, string? token, params string[] branches) => Workspace.Open(_people.Shop.Folder, ShopRepository.Options with
    {
        Credential = new Credential(token, login),
        Bound = new CallerBound(branches),
        Files = new FileBound(_people.Shop.Folder),
    }, CancellationToken.None);
}
