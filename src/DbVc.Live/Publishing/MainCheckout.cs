using System.Text;
using DbVc.Model;

namespace DbVc.Live;

/// <summary>Keeps <c>main/schema.sql</c> equal to main's head, for people to read.</summary>
internal static class MainCheckout
{
    public static void Write(LiveContext context, CommitId head)
    {
        var schema = context.Repository.ReadSnapshot(head).ReadSchema();
        var text = new StringBuilder();
        text.Append("-- The schema of main at commit ").Append(head.Short).Append(", written by db-vc; edits here have no effect.\n");
        foreach (var sql in schema.Tables.Select(t => t.Sql).Concat(schema.Objects.Select(o => o.Sql))) text.Append('\n').Append(sql).Append(";\n");
        Directory.CreateDirectory(context.Layout.Main);
        var draft = context.Layout.MainSchema + ".new";
        File.WriteAllText(draft, text.ToString());
        File.Move(draft, context.Layout.MainSchema, overwrite: true);
    }
}
