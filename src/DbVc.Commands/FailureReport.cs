using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>The edge where exceptions end: a message on standard error for people or, with --json, for programs, and an exit code.</summary>
internal static class FailureReport
{
    private const int Failed = (int)FailureKind.Failed;
    private const int InterruptedCode = 130;

    public static int Write(Exception failure, Output output, bool interrupted)
    {
        var (code, text) = failure switch
        {
            OperationCanceledException when interrupted => (InterruptedCode, new FailureText("interrupted", "Interrupted; nothing is half done.",
                Hint: failure is TaskStoppedException ? failure.Message : "Run the command again when you like.")),
            DbVcException expected => ((int)expected.Kind, new FailureText(expected.Code, expected.Message, expected.Where, expected.Hint)),
            UnauthorizedAccessException => (Failed, new FailureText("file.denied", failure.Message, null, "Check who owns it and its permissions.")),
            IOException => (Failed, new FailureText("file.failed", failure.Message)),
            _ => (Failed, new FailureText("internal", $"Something unexpected happened: {failure.Message}",
                failure.GetType().Name, "Run it again with DBVC_TRACE=1 and report what it prints.")),
        };
        if (output.IsJson) output.WriteErrorJson(text.ToJson());
        else WriteText(text, output);
        if (Environment.GetEnvironmentVariable("DBVC_TRACE") == "1") output.ErrorLine(failure.ToString());
        return code;
    }

    private static void WriteText(FailureText text, Output output)
    {
        // A message may be a list, one problem a line; a line itself is shown with its control characters made visible.
        var lines = text.Message.Split('\n');
        output.ErrorLine(Piece.Bad("error: "), lines[0]);
        foreach (var line in lines.Skip(1)) output.ErrorLine(line);
        if (text.Where is not null) output.ErrorLine(Piece.Dim("  at: "), text.Where);
        if (text.Hint is not null) output.ErrorLine(Piece.Dim("  try: "), text.Hint);
    }
}
