using System.CommandLine;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Says who the repository knows, and what each may do.</summary>
internal static class UserCommand
{
    public static Verb Create() => new("user", "Say who may do what here; as long as nobody is named, everybody may.")
    {
        Add(), List(), Show(), SetRole(), SetLogin(), Remove(),
    };

    private static Argument<string> Name() => new("NAME") { Description = "The user's name, as in commits." };

    private static Verb Add()
    {
        var name = Name();
        var mail = new Option<string>("--mail") { Description = "An address for mail.", HelpName = "MAIL", DefaultValueFactory = _ => "" };
        var role = new Option<string>("--role") { Description = "What the user may do; see db-vc role list.", HelpName = "ROLE", Required = true };
        role.AcceptOnlyFromAmong([.. RoleNames.All]);
        var kind = new Option<string>("--kind") { Description = "person, agent or service.", HelpName = "KIND", DefaultValueFactory = _ => "person" };
        kind.AcceptOnlyFromAmong([.. RoleNames.Kinds]);
        var login = new Option<string[]>("--login") { Description = "A user of the operating system that this one is.", HelpName = "LOGIN" };
        return new Verb("add", "Name a user. The first one must be an administrator, and is recognised by your login.",
            "db-vc user add \"Ada Lovelace\" --role admin --mail ada@example.com", "db-vc user add loader --role agent --kind agent")
        {
            name,
            mail,
            role,
            kind,
            login,
        }.Answers<UserDocument>().OnRepository((context, workspace) => Done(context.Output, workspace.Access.AddUser(new UserRequest(
            context.Get(name)!, context.Get(mail)!, context.Get(kind)!, context.Get(role)!, context.Get(login) ?? [])), "is a user now"));
    }

    private static Verb List() => new Verb("list", "List the users.", "db-vc user list").Answers<UsersDocument>().OnRepository((context, workspace) =>
    {
        var users = workspace.Access.ListUsers();
        var table = new TextTable("name", "role", "kind", "mail", "logins");
        foreach (var user in users) table.Add(Piece.Name(user.Name), user.Role.Text(), Json.Name(user.Kind), user.Mail, string.Join(", ", user.Logins));
        context.Output.Table(table);
        if (users.Count == 0) context.Output.Line("There are no users: whoever reaches this folder may do everything.");
        context.Output.Json(users.ToJson());
        return 0;
    });

    private static Verb Show()
    {
        var name = new Argument<string?>("NAME") { Description = "The user; otherwise who you are taken for.", Arity = ArgumentArity.ZeroOrOne };
        return new Verb("show", "Show a user, or who you are taken for and why.", "db-vc user show", "db-vc user show \"Ada Lovelace\"") { name }
            .Answers<UserDocument>().Answers<CallerDocument>().OnRepository((context, workspace) =>
            {
                if (context.Get(name) is { } given) return Done(context.Output, workspace.Access.FindUser(given), "");
                var caller = workspace.Access.WhoAmI();
                context.Output.Line(Piece.Name(caller.Name), Piece.Dim("  role "), caller.Role, Piece.Dim("  by "), caller.By);
                context.Output.Json(caller.ToJson());
                return 0;
            });
    }

    private static Verb SetRole()
    {
        var (name, role) = (Name(), new Argument<string>("ROLE") { Description = "viewer, agent, author, reviewer or admin." });
        role.AcceptOnlyFromAmong([.. RoleNames.All]);
        return new Verb("role", "Give a user another role.", "db-vc user role \"Ada Lovelace\" reviewer") { name, role }
            .Answers<UserDocument>().OnRepository((context, workspace) =>
            Done(context.Output, workspace.Access.SetRole(context.Get(name)!, context.Get(role)!), "has another role now"));
    }

    private static Verb SetLogin()
    {
        var (name, login) = (Name(), new Argument<string>("LOGIN") { Description = "A user of the operating system." });
        var remove = new Option<bool>("--remove") { Description = "No longer recognise the user by it." };
        return new Verb("login", "Let a user be recognised by a login of the operating system.",
            "db-vc user login \"Ada Lovelace\" ada", "db-vc user login \"Ada Lovelace\" ada --remove")
        {
            name,
            login,
            remove,
        }.Answers<UserDocument>().OnRepository((context, workspace) =>
            Done(context.Output, workspace.Access.SetLogin(context.Get(name)!, context.Get(login)!, context.Get(remove)), "has other logins now"));
    }

    private static Verb Remove()
    {
        var name = Name();
        return new Verb("remove", "Forget a user and revoke their tokens; their commits stay.", "db-vc user remove \"Ada Lovelace\"") { name }
            .Answers<UserDocument>()
            .OnRepository((context, workspace) => Done(context.Output, workspace.Access.RemoveUser(context.Get(name)!), "is no user any more"));
    }

    private static int Done(Output output, Identity user, string what)
    {
        output.Line(what.Length == 0 ? "" : Piece.Good("✓ "), Piece.Name(user.Name), what.Length == 0 ? "" : $" {what}");
        output.Line(Piece.Dim("  role "), user.Role.Text(), Piece.Dim("  kind "), Json.Name(user.Kind),
            Piece.Dim(user.Logins.Count == 0 ? "  no logins" : "  logins "), string.Join(", ", user.Logins));
        output.Json(user.ToJson());
        return 0;
    }
}
