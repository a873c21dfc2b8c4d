using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Nothing on this engine keeps a trigger from firing but that it is not there: it is taken away for a while and made again as it was.
/// The steps are written down, so it comes back also after a crash.</summary>
internal sealed class MySqlTriggerPause
{
    private readonly MySqlSteps _steps;

    private MySqlTriggerPause(MySqlSteps steps) => _steps = steps;

    public bool IsOver { get; private set; }

    /// <summary>Null where the tables have no triggers.</summary>
    public static MySqlTriggerPause? Begin(MySqlHandle handle, IReadOnlyCollection<string> tables)
    {
        var triggers = Find(handle, tables);
        if (triggers.Count == 0) return null;
        RequireRestorable(handle, triggers);
        var steps = new MySqlSteps(handle);
        steps.Record(Plan(triggers), []);
        steps.Begin();
        return new MySqlTriggerPause(steps);
    }

    public static List<MySqlTrigger> Find(MySqlHandle handle, IReadOnlyCollection<string> tables) =>
        MySqlObjects.ReadTriggers(handle).FindAll(t => tables.Contains(t.Table));

    /// <summary>Taken away from the last that fires to the first, so that taken back they come in the order in which they fire.</summary>
    public static List<MySqlStep> Plan(IEnumerable<MySqlTrigger> triggers) =>
        [.. triggers.Reverse().Select(t => new MySqlStep(new MySqlSubject(SchemaObjectKind.Trigger, t.Name), $"DROP TRIGGER {MySqlName.Quote(t.Name)}",
            t.Restore(QuoteUser(t.Definer))))];

    /// <summary>A trigger runs as the user who made it; for another user it can be made again only with a special right.</summary>
    public static void RequireRestorable(MySqlHandle handle, IEnumerable<MySqlTrigger> triggers)
    {
        var me = handle.ReadText("SELECT current_user()");
        if (triggers.FirstOrDefault(t => t.Definer != me) is not { } other || MayActForOthers(handle)) return;
        throw new DbVcException(FailureKind.Refused, "apply.triggers",
            $"Trigger '{other.Name}' of '{other.Table}' belongs to {other.Definer}; taken away, it could not be made again for that user.", handle.Display,
            "Connect as that user, or GRANT SET USER to this one.");
    }

    public static string QuoteUser(string user)
    {
        var at = user.LastIndexOf('@');
        return at < 0 ? MySqlName.Quote(user) : $"{MySqlName.Quote(user[..at])}@{MySqlName.Quote(user[(at + 1)..])}";
    }

    /// <summary>The rows are committed or rolled back: the triggers come again.</summary>
    public void End()
    {
        _steps.Undo();
        IsOver = true;
    }

    private static bool MayActForOthers(MySqlHandle handle) => handle.ReadInteger(
        "SELECT count(*) FROM information_schema.user_privileges WHERE privilege_type IN ('SUPER', 'SET USER', 'SET USER ID', 'SET_USER_ID')") > 0;
}
