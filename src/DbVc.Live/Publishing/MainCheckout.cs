using System.Text;
using DbVc.Model;

namespace DbVc.Live;

/// <summary>Keeps <c>main/schema.sql</c> equal to main's head, for people to read.</summary>
internal static class MainCheckout
{
    /// <summary>A copy for people is never a reason to fail: where it cannot be written, it stays as it was.</summary>
    public static void Write(LiveContext context, CommitId head)
    {
        try
        {
            WriteSchema(context, head);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The next move of main tries again.
        }
    }

    private static void WriteSchema(LiveContext context, CommitId head)
    {
        var schema = context.Repository.ReadSnapshot(head).ReadSchema();
        var text = new StringBuilder();
        text.Append("-- The schema of main at commit ").Append(head.Short).Append(", written by db-vc; edits here have no effect.\n");
        foreach (var sql in schema.Tables.Select(t => t.Sql).Concat(schema.Objects.Select(o => o.Sql))) text.Append('\n').Append(sql).Append(";\n");
        Directory.CreateDirectory(context.Layout.Main);
        var draft = context.Layout.MainSchema + ".new";
        // Created anew: a pipe or a link that lies under this name is never written to.
        File.Delete(draft);
        using (var file = new FileStream(draft, FileMode.CreateNew, FileAccess.Write)) file.Write(Encoding.UTF8.GetBytes(text.ToString()));
        File.Move(draft, context.Layout.MainSchema, overwrite: true);
    }
}
