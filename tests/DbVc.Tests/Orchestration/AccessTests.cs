using System.Text;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

public sealed class AccessTests : IDisposable
{
    private readonly AccessShop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void Where_nobody_is_named_whoever_reaches_the_folder_may_do_everything()
    {
        using var shop = new ShopRepository();
        var caller = shop.Workspace.Access.WhoAmI();
        Assert.Equal(("Tess", "admin", "open"), (caller.Name, caller.Role, caller.By));
        shop.Branch("side", AccessShop.Rows);
        Assert.Equal(MergeState.Merged, shop.Merge("side").State);
    }

    [Theory]
    [InlineData("author", "person")]
    [InlineData("admin", "agent")]
    public void The_first_user_is_an_administrator_and_no_agent(string role, string kind)
    {
        using var shop = new ShopRepository();
        var failure = Assert.Throws<DbVcException>(() => shop.Workspace.Access.AddUser(new UserRequest("Eve", "", kind, role, ["eve"])));
        Assert.Equal("user.first", failure.Code);
    }

    [Fact]
    public void The_first_user_that_nothing_would_show_is_refused()
    {
        using var shop = new ShopRepository();
        AccessShop.Denied("access.last-admin", () => shop.Workspace.Access.AddUser(new UserRequest("Eve", "", "person", "admin", [])));
    }

    [Fact]
    public void Commits_and_log_name_the_user_whatever_the_environment_pretends()
    {
        _shop.Branch("art", "side");
        _shop.Merge("art", "side");
        var log = _shop.As("vic").History.Log(new LogRequest("main", 2, null, false));
        Assert.Equal("Art", log[0].Commit.Commit.Author.Name);
        Assert.All(_shop.As("vic").History.Operations(3), o => Assert.Equal("Art", o.Actor));
        AccessShop.Denied("author.other", () => _shop.Change("art", "side", author: new Author("Rae", "rae@example.com", AuthorKind.Human)));
    }

    [Fact]
    public void Who_is_not_recognised_may_only_look()
    {
        var nobody = _shop.As("stranger");
        Assert.Equal(("viewer", "nothing"), (nobody.Access.WhoAmI().Role, nobody.Access.WhoAmI().By));
        Assert.NotEmpty(nobody.Branches.List());
        AccessShop.Denied("access.denied", () => nobody.Branches.Create(BranchName.Parse("x"), null, CancellationToken.None));
        AccessShop.Denied("access.denied", () => nobody.Access.AddUser(new UserRequest("Eve", "", "person", "admin", ["stranger"])));
        AccessShop.Denied("access.denied", () => nobody.Tags.Create(TagName.Parse("t"), "main"));
        AccessShop.Denied("access.denied", () => Workspace.Settings(_shop.Shop.Folder).Set("gc.retention_days", ["1"]));
    }

    [Fact]
    public void What_the_live_database_holds_is_written_down_whoever_looks()
    {
        _shop.Shop.Write("UPDATE customers SET balance = 7 WHERE id = 1");
        Assert.False(_shop.As("vic").Status(CancellationToken.None).Clean);
        _shop.Branch("bot", "work", "UPDATE customers SET balance = 3 WHERE id = 2");
        var log = _shop.As("vic").History.Log(new LogRequest("main", 1, null, false));
        Assert.Equal(AuthorKind.External, log[0].Commit.Commit.Author.Kind);
    }

    [Theory]
    [InlineData("vic", "branch create", false)]
    [InlineData("bot", "branch create", true)]
    [InlineData("bot", "branch merge", false)]
    [InlineData("bot", "branch delete", false)]
    [InlineData("art", "branch merge", true)]
    [InlineData("art", "branch approve", false)]
    [InlineData("rae", "branch approve", true)]
    [InlineData("rae", "branch override", false)]
    [InlineData("rae", "config set", false)]
    [InlineData("ada", "config set", true)]
    [InlineData("vic", "log", true)]
    public void A_command_takes_the_role_that_the_table_says(string login, string verb, bool may)
    {
        if (may) _shop.As(login).Access.RequireVerb(verb);
        else AccessShop.Denied("access.denied", () => _shop.As(login).Access.RequireVerb(verb));
    }

    [Theory]
    [InlineData("art", "access.denied")]
    [InlineData("bot", "branch.protected-agent")]
    public void Only_a_reviewer_takes_back_what_is_on_main(string login, string code)
    {
        _shop.Branch("art", "side");
        _shop.Merge("art", "side");
        var first = _shop.As("ada").History.Log(new LogRequest("main", 9, null, false))[^1].Commit.Id.ToString();
        AccessShop.Denied(code, () => _shop.As(login).Replays.Revert(new RevertRequest("main", BranchName.Main), CancellationToken.None));
        AccessShop.Denied(code, () => _shop.As(login).Replays.Rollback(new RollbackRequest(first, false), CancellationToken.None));
        AccessShop.Denied(code, () => _shop.As(login).Operations.Undo(null, CancellationToken.None));
        Assert.Equal("51", _shop.Balance);
        _shop.As("rae").Replays.Revert(new RevertRequest("main", BranchName.Main), CancellationToken.None);
        Assert.Equal("50", _shop.Balance);
    }

    [Fact]
    public void An_agent_moves_no_protected_branch()
    {
        _shop.Shop.Write("UPDATE customers SET balance = 7 WHERE id = 1");
        AccessShop.Denied("branch.protected-agent", () => _shop.As("bot").Branches.Commit(BranchName.Main, "Mine", null, CancellationToken.None));
        _shop.Branch("bot", "work");
        Assert.Equal(MergeState.Refused, _shop.Merge("art", "work").State);
    }

    [Fact]
    public void A_token_says_who_acts_and_is_kept_as_a_hash_alone()
    {
        var (token, text) = _shop.As("ada").Access.CreateToken(new TokenRequest("Art", null, [], "1d"));
        Assert.StartsWith("dbvc_", text, StringComparison.Ordinal);
        Assert.Equal(48, text.Length);
        Assert.Equal(token.End, text[^4..]);
        var caller = _shop.With(text).Access.WhoAmI();
        Assert.Equal(("Art", "author", "token"), (caller.Name, caller.Role, caller.By));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(_shop.Shop.Folder, ".db-version-control"), "commit-history.db*"))
            Assert.DoesNotContain(text[5..], Encoding.Latin1.GetString(Read(file)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_that_does_not_hold_is_a_failure_and_never_taken_for_none()
    {
        var (token, text) = _shop.As("ada").Access.CreateToken(new TokenRequest("Art", null, [], null));
        AccessShop.Denied("token.unknown", () => _shop.With(text + "x"));
        AccessShop.Denied("token.unknown", () => _shop.With("dbvc_"));
        var open = _shop.With(text);
        _shop.As("ada").Access.RevokeToken(token.Id);
        AccessShop.Denied("token.revoked", () => _shop.With(text));
        // Also for a command that is running.
        AccessShop.Denied("token.revoked", () => open.Branches.Create(BranchName.Parse("x"), null, CancellationToken.None));
        var (_, short_) = _shop.As("ada").Access.CreateToken(new TokenRequest("Art", null, [], "1h"));
        var late = ShopRepository.Options with { Clock = new LateClock(), Credential = new Credential(short_, "ada") };
        AccessShop.Denied("token.expired", () => Workspace.Open(_shop.Shop.Folder, late, CancellationToken.None));
    }

    [Fact]
    public void A_token_reaches_only_its_branches_and_never_more_than_its_user()
    {
        var (_, text) = _shop.As("ada").Access.CreateToken(new TokenRequest("Rae", "author", ["agent-*"], null));
        var scoped = _shop.With(text);
        scoped.Branches.Create(BranchName.Parse("agent-1"), null, CancellationToken.None);
        AccessShop.Denied("token.scope", () => scoped.Branches.Create(BranchName.Parse("other"), null, CancellationToken.None));
        AccessShop.Denied("token.scope", () => scoped.Branches.Rename(BranchName.Parse("agent-1"), BranchName.Parse("other"), CancellationToken.None));
        _shop.Branch("art", "side");
        AccessShop.Denied("token.scope", () =>
            scoped.Merges.Merge(new MergeRequest(BranchName.Parse("side"), BranchName.Main, false, []), CancellationToken.None));
        AccessShop.Denied("access.denied", () => scoped.Access.RequireVerb("branch approve"));
        Assert.Equal("token.role", Assert.Throws<DbVcException>(() => _shop.As("ada").Access.CreateToken(new TokenRequest("Art", "admin", [], null))).Code);
        _shop.As("ada").Access.SetRole("Rae", "viewer");
        AccessShop.Denied("access.denied", () => scoped.Branches.Create(BranchName.Parse("agent-2"), null, CancellationToken.None));
    }

    [Fact]
    public void People_make_their_own_tokens_with_their_login_and_no_token_makes_one()
    {
        var (token, text) = _shop.As("art").Access.CreateToken(new TokenRequest(null, null, [], null));
        AccessShop.Denied("access.denied", () => _shop.With(text).Access.CreateToken(new TokenRequest(null, null, [], null)));
        AccessShop.Denied("access.denied", () => _shop.As("art").Access.CreateToken(new TokenRequest("Rae", null, [], null)));
        AccessShop.Denied("access.denied", () => _shop.As("rae").Access.RevokeToken(token.Id));
        Assert.Empty(_shop.As("rae").Access.ListTokens());
        Assert.Single(_shop.As("art").Access.ListTokens());
        _shop.As("ada").Access.RemoveUser("Art");
        AccessShop.Denied("token.unknown", () => _shop.With(text));
    }

    [Fact]
    public void The_last_administrator_stays_one()
    {
        var ada = _shop.As("ada").Access;
        AccessShop.Denied("access.last-admin", () => ada.RemoveUser("Ada"));
        AccessShop.Denied("access.last-admin", () => ada.SetRole("Ada", "reviewer"));
        AccessShop.Denied("access.last-admin", () => ada.SetLogin("Ada", "ada", remove: true));
        ada.SetRole("Rae", "admin");
        ada.RemoveUser("Ada");
        AccessShop.Denied("access.denied", () => _shop.As("ada").Access.RequireVerb("config set"));
        _shop.As("rae").Access.RequireVerb("config set");
    }

    [Theory]
    [InlineData("Ada", "person", "admin", "x", "user.exists")]
    [InlineData("ADA", "person", "admin", "x", "user.exists")]
    [InlineData("Eve", "person", "admin", "ada", "user.login")]
    [InlineData("Eve", "robot", "admin", "x", "user.kind")]
    [InlineData("Eve", "person", "god", "x", "role.unknown")]
    [InlineData("Eve <e>", "person", "admin", "x", "user.name")]
    [InlineData("", "person", "admin", "x", "user.name")]
    [InlineData("Eve\n", "person", "admin", "x", "user.name")]
    public void A_user_that_makes_no_sense_is_refused(string name, string kind, string role, string login, string code) => Assert.Equal(code,
        Assert.Throws<DbVcException>(() => _shop.As("ada").Access.AddUser(new UserRequest(name, "", kind, role, [login]))).Code);

    [Fact]
    public void Every_change_is_in_the_operation_log_and_an_edit_past_db_vc_is_found()
    {
        Assert.StartsWith("user add Vic --role viewer --kind person", _shop.As("ada").History.Operations(1)[0].Command, StringComparison.Ordinal);
        Assert.Empty(_shop.As("ada").Audit.Verify(null).Problems);
        ShopRepository.Execute(Path.Combine(_shop.Shop.Folder, ".db-version-control", "commit-history.db"),
            "UPDATE documents SET body = replace(body, '\"viewer\"', '\"admin\"') WHERE collection = 'access'");
        ShopRepository.Execute(Path.Combine(_shop.Shop.Folder, ".db-version-control", "commit-history.db"),
            "UPDATE documents SET body = replace(body, 'Viewer', 'Admin') WHERE collection = 'access'");
        Assert.Contains(_shop.As("ada").Audit.Verify(null).Problems, p => p.Kind == "audit.access");
    }

    [Fact]
    public void A_file_with_a_token_is_read_only_if_nobody_else_can()
    {
        var path = Path.Combine(_shop.Shop.Folder, "token");
        File.WriteAllText(path, "dbvc_abc\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        AccessShop.Denied("token.file", () => Credential.ReadToken(name => name == "DBVC_TOKEN_FILE" ? path : null));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead);
        Assert.Equal("dbvc_abc", Credential.ReadToken(name => name == "DBVC_TOKEN_FILE" ? path : null));
        AccessShop.Denied("token.file", () => Credential.ReadToken(name => name == "DBVC_TOKEN_FILE" ? path + "x" : null));
        Assert.Equal("t", Credential.ReadToken(name => name == "DBVC_TOKEN" ? "t" : path));
        Assert.Null(Credential.ReadToken(_ => null));
    }

    private static byte[] Read(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    private sealed class LateClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddHours(2);
    }
}
