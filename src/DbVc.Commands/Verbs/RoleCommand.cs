using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Shows the table of roles and what they may do.</summary>
internal static class RoleCommand
{
    public static Verb Create() => new("role", "See which role may do what.") { List() };

    private static Verb List() => new Verb("list", "List what can be done, and the least role that may.", "db-vc role list")
        .Answers<RolesDocument>().Runs(context =>
    {
        var table = new TextTable("role", "action", "may");
        foreach (var rule in AccessTable.Rules) table.Add(Piece.Name(rule.Role.Text()), Json.Name(rule.Action), rule.Description);
        context.Output.Table(table);
        context.Output.Line(Piece.Dim("Each role may all that those above it may. With --json the commands of each action are listed."));
        context.Output.Json(AccessShapes.Roles());
        return 0;
    });
}
