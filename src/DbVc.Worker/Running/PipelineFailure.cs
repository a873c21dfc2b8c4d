using System.Diagnostics;
using DbVc.PipelineRuntime;

namespace DbVc.Worker;

/// <summary>A pipeline that cannot go on, and what the host should hear about it.</summary>
internal sealed class PipelineFailure(FailureReply reply) : Exception(reply.Message)
{
    private const int MessageLength = 2000;

    public FailureReply Reply { get; } = reply;

    public static PipelineFailure Contract(string message, long? record = null) =>
        new(new FailureReply("pipeline.contract", null, message, null, record));

    public static PipelineFailure Invalid(string message) => new(new FailureReply("pipeline.invalid", null, message, null, null));

    /// <summary>An exception that generated code let out.</summary>
    public static PipelineFailure Thrown(Exception error, long record)
    {
        var message = MessageOf(error);
        return new PipelineFailure(new FailureReply("pipeline.failed", error.GetType().FullName, message, Where(error), record > 0 ? record : null));
    }

    /// <summary>Generated code may have written the property, so it may throw or give nothing.</summary>
    public static string MessageOf(Exception error)
    {
        try
        {
            var message = error.Message ?? "";
            return message.Length > MessageLength ? message[..MessageLength] : message;
        }
        catch (Exception)
        {
            return "(its message cannot be read)";
        }
    }

    /// <summary>The innermost frame that lies in generated code: its method, and file and line where symbols are there.</summary>
    private static string? Where(Exception error)
    {
        foreach (var frame in new StackTrace(error, true).GetFrames())
        {
            var method = frame.GetMethod();
            if (method?.DeclaringType is not { Assembly.IsCollectible: true } type)
                continue;
            var file = frame.GetFileName();
            return file is null ? $"{type.Name}.{method.Name}" : $"{file}:{frame.GetFileLineNumber()}";
        }
        return null;
    }
}
