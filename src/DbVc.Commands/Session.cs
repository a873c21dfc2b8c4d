using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Opens the repository that a command works on.</summary>
internal static class Session
{
    /// <summary>The command's code gets the repository of its folder, open.</summary>
    public static Verb OnRepository(this Verb verb, Func<CommandContext, Workspace, int> body) =>
        verb.OnRepository((context, workspace) => Task.FromResult(body(context, workspace)));

    /// <summary>The same for code that waits.</summary>
    public static Verb OnRepository(this Verb verb, Func<CommandContext, Workspace, Task<int>> body) => verb.Runs(async context =>
    {
        using var workspace = Open(context);
        try
        {
            return await body(context, workspace).ConfigureAwait(false);
        }
        catch (DbVcException denied)
        {
            workspace.Access.NoteDenial(context.Verb, denied);
            throw;
        }
    });

    /// <summary>A branch name that was typed, or null where none was.</summary>
    public static BranchName? Branch(string? text) => text is null ? null : BranchName.Parse(text);

    /// <summary>The repository of the command's folder, once whoever runs the command may; the caller disposes it.</summary>
    public static Workspace Open(CommandContext context)
    {
        var workspace = Workspace.Open(context.FindRepository(), context.Options(), context.Interrupted);
        try
        {
            workspace.Access.RequireVerb(context.Verb);
            return workspace;
        }
        catch
        {
            workspace.Dispose();
            throw;
        }
    }
}
