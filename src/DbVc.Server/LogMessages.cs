using Microsoft.Extensions.Logging;

namespace DbVc.Server;

/// <summary>What the log says. Never a token, a cookie, a parameter or a body.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(1, LogLevel.Information, "{Method} {Path} {Status} {Milliseconds} ms {Visitor}")]
    public static partial void Answered(ILogger log, string method, string path, int status, long milliseconds, string visitor);

    [LoggerMessage(2, LogLevel.Error, "{Verb} failed")]
    public static partial void Failed(ILogger log, string verb, Exception failure);

    [LoggerMessage(3, LogLevel.Warning, "The answer to {Verb} was broken off")]
    public static partial void Broken(ILogger log, string verb, Exception failure);

    [LoggerMessage(5, LogLevel.Information, "{Kind} {Subject}: {State}")]
    public static partial void Worked(ILogger log, DbVc.Orchestration.WorkKind kind, string subject, string state);

    [LoggerMessage(4, LogLevel.Warning, "{Address} was not let in: {Code}")]
    public static partial void NotLetIn(ILogger log, string address, string code);
}
