using DbVc.Documents;
using DbVc.Model;

namespace DbVc.Mcp;

/// <summary>What a client is told of a failure. What nobody foresaw may hold anything, so only its kind is told; standard error has the rest.</summary>
internal static class Failures
{
    public static FailureText Tell(Exception failure)
    {
        if (failure is DbVcException expected) return new FailureText(expected.Code, expected.Message, expected.Where, expected.Hint);
        Console.Error.WriteLine($"db-vc mcp: {(Environment.GetEnvironmentVariable("DBVC_TRACE") == "1" ? failure.ToString() : failure.GetType().Name)}");
        return new FailureText("internal", "Something unexpected happened.", failure.GetType().Name,
            "Whoever started this server finds it on its standard error, with DBVC_TRACE=1 in full.");
    }
}
