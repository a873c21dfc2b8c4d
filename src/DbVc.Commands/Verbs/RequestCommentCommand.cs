using System.CommandLine;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Says something about a request, or settles what was said.</summary>
internal static class RequestCommentCommand
{
    public static Verb Create()
    {
        var number = RequestCommand.Number();
        var text = new Argument<string?>("TEXT") { Description = "What is said; any lines.", Arity = ArgumentArity.ZeroOrOne };
        var file = new Option<string?>("--file") { Description = "A file of the branch, as its diff names it or in its folder.", HelpName = "PATH" };
        var line = new Option<int?>("--line") { Description = "A line of that file.", HelpName = "L" };
        var table = new Option<string?>("--table") { Description = "A table of the branch.", HelpName = "T" };
        var key = new Option<string?>("--key", "-k") { Description = "A row: the values of its key, separated by commas.", HelpName = "KEY" };
        var column = new Option<string?>("--column", "-c") { Description = "A cell of that row.", HelpName = "COLUMN" };
        var reply = new Option<int?>("--reply-to") { Description = "The comment that it answers.", HelpName = "ID" };
        var resolve = new Option<int?>("--resolve") { Description = "The comment that is settled.", HelpName = "ID" };
        return new Verb("comment", "Comment on a request: on the whole, on a line of a file, on a row or a cell; answer, or settle a comment.",
            "db-vc request comment 3 \"Why are there so few?\"", "db-vc request comment 3 \"Twice the price?\" --table prices --key 17,EUR --column amount",
            "db-vc request comment 3 \"A loop would do.\" --file generated/Ingestion.cs --line 12", "db-vc request comment 3 --resolve 2")
        {
            number,
            text,
            file,
            line,
            table,
            key,
            column,
            reply,
            resolve,
        }.Answers<RequestDocument>().OnRepository((context, workspace) =>
        {
            var report = workspace.Requests.Comment(new RequestComment(context.Get(number), context.Get(text))
            {
                File = context.Get(file),
                Line = context.Get(line),
                Table = context.Get(table),
                Key = context.Get(key),
                Column = context.Get(column),
                ReplyTo = context.Get(reply),
                Resolve = context.Get(resolve),
            }, context.Interrupted);
            context.Output.Line(Piece.Good("✓ "), context.Get(text) is null ? $"Settled #{context.Get(resolve)}" : $"Comment #{report.Comments[^1].Id}",
                " of request ", Piece.Id($"{report.Brief.Number}"));
            context.Output.Json(report.ToJson());
            return 0;
        });
    }
}
