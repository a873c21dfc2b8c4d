using System.Security.Cryptography;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>Says and changes who may do what. Every change is an entry of the operation log.</summary>
public sealed class AccessDesk
{
    /// <summary>What a token begins with, so that it is recognised where it should not be.</summary>
    public const string TokenPrefix = "dbvc_";

    /// <summary>Stands before the hash of the access document in the entry that wrote it.</summary>
    private const string Seal = " [access ";

    /// <summary>The commands that write the access document, and no others: texts of others hold what people typed.</summary>
    private static readonly string[] s_sealing = ["user ", "token ", "branch rule "];

    private const string LockName = "access";
    private const int TokenBytes = 32;
    private const int MaxName = 100;

    private readonly WorkspaceContext _context;

    internal AccessDesk(WorkspaceContext context) => _context = context;

    private IRepositoryStore Store => _context.Repository.Store;

    private AccessRecord Record => AccessRecord.Read(Store);

    /// <summary>Throws kind Refused, <c>access.denied</c>, if the caller may not run a command, and notes it in the operation log; a command that the table
    /// does not have is an error in the program.</summary>
    public void RequireVerb(string verb) => Denials.Watch(_context, verb, () =>
    {
        _context.Guard.Require(
            AccessTable.FindVerb(verb)?.Action ?? throw new InvalidOperationException($"The table of actions does not have '{verb}'."), $"db-vc {verb}");
        return true;
    });

    /// <summary>The same for a command that changes one branch: throws too if the caller may not change that one.</summary>
    public void RequireBranch(string verb, BranchName branch)
    {
        RequireVerb(verb);
        Denials.Watch(_context, $"{verb} {branch}", () =>
        {
            _context.Guard.RequireBranch(branch, AccessTable.FindVerb(verb)!.Action, $"db-vc {verb}");
            return true;
        });
    }

    /// <summary>Writes a denial down, in the caller's name; what is no denial is left alone.</summary>
    /// <param name="what">The command, without what was given to it.</param>
    /// <param name="failure">Why it was not done.</param>
    public void NoteDenial(string what, DbVcException failure)
    {
        Denials.Note(_context, what, failure);
    }

    /// <summary>Who the caller is taken for.</summary>
    public CallerReport WhoAmI()
    {
        var caller = _context.Guard.Caller;
        var by = caller.Token is not null ? "token" : caller.User is not null ? "login" : Record.IsOpen ? "open" : "nothing";
        return new CallerReport(caller.Author.Name, caller.Role.Text(), by, caller.User, caller.Token);
    }

    /// <summary>By name.</summary>
    public IReadOnlyList<Identity> ListUsers() => [.. Record.Users.OrderBy(u => u.Name, StringComparer.OrdinalIgnoreCase)];

    /// <summary>Throws usage failure <c>user.missing</c>.</summary>
    public Identity FindUser(string name) => Require(Record, name);

    /// <summary>Makes an identity. The first one must be an administrator, and is recognised by the login of whoever makes it: somebody must be able to make
    /// the next.</summary>
    public Identity AddUser(UserRequest request)
    {
        var (kind, role) = (RoleNames.ParseKind(request.Kind), RoleNames.Parse(request.Role));
        RequireName(request.Name);
        return Change($"user add {request.Name} --role {role.Text()} --kind {request.Kind}", record =>
        {
            if (record.FindUser(request.Name) is not null) throw Usage("user.exists", $"There is a user '{request.Name}' already.", "db-vc user list");
            if (record.IsOpen && (role != Role.Admin || kind == IdentityKind.Agent))
            {
                throw Usage("user.first", "The first user must be an administrator, and no agent.",
                    "Until there is one, whoever reaches the repository's folder may do everything: db-vc user add NAME --role admin");
            }

            var own = record.IsOpen && request.Logins.Count == 0 ? _context.Options.Credential.Login : null;
            IReadOnlyList<string> logins = own is null ? [.. request.Logins.Distinct()] : [own];
            foreach (var login in logins) RequireFree(record, login);
            var user = new Identity(request.Name, request.Mail, kind, role, logins);
            return (record with { Users = [.. record.Users, user] }, user);
        });
    }

    /// <summary>Throws kind Refused, <c>access.last-admin</c>, rather than leave nobody who could change anything.</summary>
    public Identity SetRole(string name, string role)
    {
        var parsed = RoleNames.Parse(role);
        return Change($"user role {name} {role}", record => Replace(record, Require(record, name) with { Role = parsed }));
    }

    /// <summary>Lets an identity be recognised by a login, or no longer.</summary>
    public Identity SetLogin(string name, string login, bool remove) => Change($"user login {name} {login}{(remove ? " --remove" : "")}", record =>
    {
        var user = Require(record, name);
        if (remove && !user.Logins.Contains(login)) throw Usage("user.login", $"{user.Name} is not recognised by '{login}'.", "db-vc user list");
        if (!remove) RequireFree(record, login);
        return Replace(record, user with { Logins = remove ? [.. user.Logins.Where(l => l != login)] : [.. user.Logins, login] });
    });

    /// <summary>Removes an identity with its tokens; its commits stay.</summary>
    public Identity RemoveUser(string name) => Change($"user remove {name}", record =>
    {
        var user = Require(record, name);
        return (record with { Users = [.. record.Users.Where(u => u != user)], Tokens = [.. record.Tokens.Where(t => t.User != user.Name)] }, user);
    });

    /// <summary>Oldest first; those of others only for an administrator.</summary>
    public IReadOnlyList<AccessToken> ListTokens()
    {
        var caller = _context.Guard.Caller;
        return [.. Record.Tokens.Where(t => caller.Role == Role.Admin || t.User == caller.User?.Name).OrderBy(t => t.Created)];
    }

    /// <summary>Makes a token and hands it out, once: what is kept cannot be turned back into it. A token makes no tokens, and nobody one that may
    /// more.</summary>
    public (AccessToken Token, string Text) CreateToken(TokenRequest request)
    {
        var caller = _context.Guard.Caller;
        if (caller.Token is not null)
        {
            throw new DbVcException(FailureKind.Refused, "access.denied", $"{caller.Author.Name} is here with a token, and a token makes no tokens.",
                hint: "Make it with a login.");
        }

        var name = request.User ?? caller.User?.Name ?? throw Usage("token.user", "Whose token?", "db-vc token create --user NAME");
        RequireOwner(caller, name, "making a token");
        var now = _context.Repository.Clock.GetUtcNow();
        var text = TokenPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(TokenBytes)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var token = Change($"token create --user {name}", record =>
        {
            var user = Require(record, name);
            var role = request.Role is null ? user.Role : RoleNames.Parse(request.Role);
            if (role > user.Role)
            {
                throw Usage("token.role", $"{user.Name} has the role {user.Role.Text()}; a token of theirs cannot have more.",
                    $"--role {user.Role.Text()}, or less.");
            }

            var made = new AccessToken(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)), user.Name, role, request.Branches,
                Convert.ToBase64String(Caller.DigestOf(text)), text[^4..], now, new BranchTerms(null, request.Expires).ReadExpiry(now));
            return (record with { Tokens = [.. record.Tokens, made] }, made);
        }, AccessAction.Write);
        return (token, text);
    }

    /// <summary>Throws usage failure <c>token.missing</c>.</summary>
    public AccessToken RevokeToken(string id)
    {
        var found = Record.Tokens.FirstOrDefault(t => t.Id == id) ?? throw Usage("token.missing", $"There is no token '{id}'.", "db-vc token list");
        RequireOwner(_context.Guard.Caller, found.User, "revoking a token");
        return Change($"token revoke {id}", record =>
        {
            var token = record.Tokens.First(t => t.Id == id);
            var revoked = token with { Revoked = token.Revoked ?? _context.Repository.Clock.GetUtcNow() };
            return (record with { Tokens = [.. record.Tokens.Select(t => t.Id == id ? revoked : t)] }, revoked);
        }, AccessAction.Write);
    }

    /// <summary>What was said about branches, and main's rule.</summary>
    public IReadOnlyList<BranchRule> ListRules()
    {
        var rules = Record.Rules;
        return rules.Any(r => r.Pattern == BranchName.Main.Text) ? rules : [BranchRule.Default(BranchName.Main.Text), .. rules];
    }

    /// <summary>Changes the rule of a branch or pattern. Main stays protected.</summary>
    public BranchRule SetRule(BranchRuleRequest request)
    {
        var gates = request.Gates is null ? (GatesNeeded?)null : ParseGates(request.Gates);
        if (request.Pattern.Length == 0 || request.Pattern.Any(char.IsControl))
            throw Usage("rule.pattern", "The pattern is empty or unreadable.", "main, release/*");
        if (request is { Pattern: "main", Protected: false })
        {
            throw new DbVcException(FailureKind.Refused, "rule.main", "main stands for the live database; it stays protected.",
                hint: "Its gates and approvals can be changed.");
        }

        if (request.Approvals < 0) throw Usage("rule.approvals", "There cannot be fewer approvals than none.", "--approvals 1");
        var command = $"branch rule {request.Pattern}" + (request.Protected is { } on ? on ? " --protected" : " --no-protected" : "")
            + (request.Approvals is { } count ? $" --approvals {count}" : "") + (gates is { } g ? $" --gates {g.ToString().ToLowerInvariant()}" : "")
            + (request.Request is { } need ? need ? " --request" : " --no-request" : "");
        return Change(command, record =>
        {
            var known = record.Rules.FirstOrDefault(r => r.Pattern == request.Pattern) ?? BranchRule.Default(request.Pattern);
            var next = new BranchRule(request.Pattern, request.Protected ?? known.Protected, request.Approvals ?? known.Approvals, gates ?? known.Gates)
            {
                Request = request.Request ?? known.Request,
            };
            return (record with { Rules = [.. record.Rules.Where(r => r.Pattern != request.Pattern), next] }, next);
        });
    }

    /// <summary>The hash that an entry of the operation log gives what it wrote about who may do what; null for any other entry.</summary>
    internal static string? FindSeal(string command) => s_sealing.Any(verb => command.StartsWith(verb, StringComparison.Ordinal)) && command.EndsWith(']')
        && command.LastIndexOf(Seal, StringComparison.Ordinal) is >= 0 and var at ? command[(at + Seal.Length)..^1] : null;

    private static GatesNeeded ParseGates(string text) => Enum.TryParse<GatesNeeded>(text, ignoreCase: true, out var gates) && !int.TryParse(text, out _)
        ? gates
        : throw Usage("rule.gates", $"'{text}' does not say which branches need passed gates.", "One of: pipelines, all, none.");

    /// <summary>Under a lock, in one transaction with its entry in the operation log.</summary>
    private T Change<T>(string command, Func<AccessRecord, (AccessRecord Next, T Result)> change, AccessAction action = AccessAction.Administer)
    {
        _context.Guard.Require(action, command);
        using var held = Store.Lock(LockName, _context.Options.LockTimeout);
        var (next, result) = change(Record);
        if (!next.IsOpen && !next.Users.Any(u => u is { Role: Role.Admin, Kind: not IdentityKind.Agent } && CanShow(next, u)))
        {
            throw new DbVcException(FailureKind.Refused, "access.last-admin", "Nobody would be left who may change who may do what.",
                hint: "Give another user the role admin, and a login or a token, first.");
        }

        if (next.IsOpen && !Record.IsOpen)
        {
            throw new DbVcException(FailureKind.Refused, "access.last-admin", "The last user cannot be removed: everybody would be an administrator then.");
        }

        var body = next.ToBytes();
        using var transaction = Store.Begin();
        transaction.PutDocument(AccessRecord.Collection, AccessRecord.Id, body);
        transaction.AppendOperation(new OperationDraft(
            $"{command}{Seal}{Hash.Of(body)}]", _context.Options.User.Name, _context.Repository.Clock.GetUtcNow(), []));
        transaction.Commit();
        return result;
    }

    /// <summary>An administrator that nothing shows is none.</summary>
    private bool CanShow(AccessRecord record, Identity user) => user.Logins.Count > 0
        || record.Tokens.Any(t => t.User == user.Name && t is { Revoked: null, Expires: null, Role: Role.Admin, Branches.Count: 0 });

    private void RequireOwner(Caller caller, string user, string what)
    {
        if (caller.Role == Role.Admin && caller.Token is not { Branches.Count: > 0 }) return;
        if (caller.Token is null && caller.User?.Name.Equals(user, StringComparison.OrdinalIgnoreCase) == true) return;
        throw new DbVcException(FailureKind.Refused, "access.denied", $"{caller.Author.Name}: {what} of {user} takes the role admin.",
            hint: "Their own tokens people make with their login, not with another token.");
    }

    private static (AccessRecord, Identity) Replace(AccessRecord record, Identity user) =>
        (record with { Users = [.. record.Users.Select(u => u.Name == user.Name ? user : u)] }, user);

    private static Identity Require(AccessRecord record, string name) => record.FindUser(name)
        ?? throw Usage("user.missing", $"There is no user '{name}'.", record.IsOpen ? "There are no users yet: db-vc user add NAME --role admin"
            : "Users: " + string.Join(", ", record.Users.Select(u => u.Name)) + ".");

    private static void RequireFree(AccessRecord record, string login)
    {
        if (login.Length == 0 || login.Any(char.IsControl)) throw Usage("user.login", "The login is empty or unreadable.", "whoami says what yours is.");
        if (record.Users.FirstOrDefault(u => u.Logins.Contains(login)) is { } other)
            throw Usage("user.login", $"The login '{login}' is {other.Name}'s already.", $"db-vc user login {other.Name} {login} --remove");
    }

    private static void RequireName(string name)
    {
        if (name.Trim() == name && name.Length is > 0 and <= MaxName && !name.Any(c => char.IsControl(c) || c is '<' or '>')) return;
        throw Usage("user.name", $"'{name}' is no name for a user.", "A name as in commits, without < and >, for example \"Ada Lovelace\".");
    }

    private static DbVcException Usage(string code, string message, string hint) => new(FailureKind.Usage, code, message, hint: hint);
}
