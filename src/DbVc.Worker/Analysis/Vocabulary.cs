using Microsoft.CodeAnalysis;

namespace DbVc.Worker;

/// <summary>
/// What generated code may name. Everything else is a finding: a list of what is allowed stays right when the runtime grows, a list of what is
/// forbidden does not.
/// </summary>
internal static class Vocabulary
{
    private static readonly HashSet<string> Namespaces =
    [
        "System.Collections", "System.Collections.Generic", "System.Collections.Frozen", "System.Collections.Immutable", "System.Collections.ObjectModel",
        "System.Linq", "System.Text", "System.Text.RegularExpressions", "System.Text.Unicode", "System.Globalization", "System.Numerics",
        "System.Buffers", "System.Buffers.Binary", "System.Buffers.Text", "System.Diagnostics.CodeAnalysis", "DbVc.PipelineRuntime",
    ];

    private static readonly HashSet<string> Types = Expand(new()
    {
        ["System"] = """
            Object String Boolean Byte SByte Int16 UInt16 Int32 UInt32 Int64 UInt64 Int128 UInt128 Half Single Double Decimal Char Void Nullable Enum ValueType
            DateTime DateTimeOffset DateTimeKind DateOnly TimeOnly TimeSpan DayOfWeek TimeZoneInfo Guid Math MathF MidpointRounding BitConverter Convert
            Base64FormattingOptions
            Array ArraySegment Span ReadOnlySpan Memory ReadOnlyMemory MemoryExtensions Index Range Tuple ValueTuple HashCode Lazy
            Func Action Predicate Comparison Converter StringComparison StringComparer StringSplitOptions StringNormalizationExtensions
            IComparable IEquatable IFormattable ISpanFormattable IUtf8SpanFormattable IParsable ISpanParsable IUtf8SpanParsable IDisposable
            IFormatProvider IConvertible
            Exception SystemException ArgumentException ArgumentNullException ArgumentOutOfRangeException ArithmeticException DivideByZeroException
            FormatException IndexOutOfRangeException InvalidCastException InvalidOperationException NotImplementedException NotSupportedException
            NullReferenceException ObjectDisposedException OverflowException OutOfMemoryException TimeoutException OperationCanceledException
            FlagsAttribute ObsoleteAttribute Attribute AttributeUsageAttribute AttributeTargets ParamArrayAttribute Version Uri UriKind UriFormatException
            Random TypeCode
            """,
        ["System.IO"] = """
            Stream MemoryStream BufferedStream StringReader StringWriter TextReader TextWriter StreamReader StreamWriter BinaryReader SeekOrigin
            IOException EndOfStreamException InvalidDataException
            """,
        ["System.Text.Json"] = """
            Utf8JsonReader Utf8JsonWriter JsonReaderOptions JsonReaderState JsonTokenType JsonCommentHandling JsonWriterOptions JsonDocument JsonDocumentOptions
            JsonElement JsonProperty JsonValueKind JsonException JsonEncodedText
            """,
        ["System.Runtime.CompilerServices"] = "MethodImplAttribute MethodImplOptions CallerArgumentExpressionAttribute CallerMemberNameAttribute",
        ["System.Threading"] = "CancellationToken",
    });

    private static readonly HashSet<string> Denied =
    [
        "System.Linq.ParallelEnumerable", "System.Linq.ParallelQuery", "System.Linq.Queryable", "System.Linq.IQueryable", "System.Linq.AsyncEnumerable",
        "System.Buffers.MemoryHandle", "System.Buffers.MemoryManager", "System.Buffers.IPinnable", "System.Text.EncodingProvider",
        "System.Object.GetType", "System.Exception.TargetSite", "System.Text.Encoding.RegisterProvider", "System.Array.CreateInstance",
        "System.Array.CreateInstanceFromArrayType", "System.Enum.GetUnderlyingType", "System.Memory.Pin", "System.ReadOnlyMemory.Pin",
        "System.TimeZoneInfo.ClearCachedData",
    ];

    /// <summary>Code that knows the time or rolls dice passes every gate today and does something else tomorrow; the time of the load is
    /// <c>Cells.Now</c>.</summary>
    private static readonly HashSet<string> DeniedInCode =
    [
        "System.DateTime.Now", "System.DateTime.UtcNow", "System.DateTime.Today", "System.DateTimeOffset.Now", "System.DateTimeOffset.UtcNow",
        "System.Guid.NewGuid", "System.Guid.CreateVersion7", "System.Random.Shared",
    ];

    private static readonly (string Prefix, string Rule, string Meaning)[] Kinds =
    [
        ("System.IO", "security.file", "files"), ("System.Net", "security.network", "the network"),
        ("System.Diagnostics.Process", "security.process", "other processes"), ("System.Reflection", "security.reflection", "reflection"),
        ("System.Type", "security.reflection", "reflection"), ("System.Activator", "security.reflection", "reflection"),
        ("System.Object.GetType", "security.reflection", "reflection"), ("System.Exception.TargetSite", "security.reflection", "reflection"),
        ("System.Delegate", "security.reflection", "reflection"), ("System.Runtime.Loader", "security.reflection", "loading code"),
        ("System.AppDomain", "security.reflection", "loading code"), ("System.Linq.Expressions", "security.reflection", "making code"),
        ("System.Environment", "security.environment", "the environment"), ("System.AppContext", "security.environment", "the environment"),
        ("System.GC", "security.environment", "the garbage collector"), ("System.Console", "security.console", "the console"),
        ("System.Runtime.InteropServices", "security.interop", "native memory and code"),
        ("System.Runtime.CompilerServices", "security.interop", "the inside of the runtime"),
        ("Microsoft.Win32", "security.interop", "the operating system"), ("System.Threading", "security.thread", "threads and tasks"),
        ("System.Linq.Parallel", "security.thread", "threads and tasks"), ("System.DateTime", "security.chance", "the clock"),
        ("System.Guid", "security.chance", "chance"), ("System.Random", "security.chance", "chance"), ("System.Security", "security.cryptography",
            "cryptography and permissions"),
    ];

    /// <summary>The rule that a symbol breaks, the sentence to say and its whole name; null if it may be named.</summary>
    public static (string Rule, string Message, string? Symbol)? Judge(ISymbol symbol, bool isTest)
    {
        if (symbol is IDynamicTypeSymbol)
            return ("security.dynamic", "dynamic hides from analysis what is called.", null);
        if (symbol is IPointerTypeSymbol or IFunctionPointerTypeSymbol)
            return ("security.unsafe", "Pointers are not allowed.", null);
        if (symbol is IMethodSymbol { ReducedFrom: { } extension })
            symbol = extension;
        symbol = symbol.OriginalDefinition;
        var type = symbol as INamedTypeSymbol ?? (symbol is IMethodSymbol or IPropertySymbol or IFieldSymbol or IEventSymbol ? symbol.ContainingType : null);
        if (type is null || type.TypeKind == TypeKind.Error || type.IsAnonymousType || type.Locations.Any(location => location.IsInSource))
            return null;
        var typeName = FullName(type);
        var name = ReferenceEquals(type, symbol) ? typeName : $"{typeName}.{symbol.Name}";
        if (IsAllowedType(type, typeName, isTest) && !Denied.Contains(name) && (isTest || !DeniedInCode.Contains(name)) && !OpensFile(symbol, typeName))
            return null;
        var (_, rule, meaning) = Kinds.FirstOrDefault(kind => name.StartsWith(kind.Prefix, StringComparison.Ordinal));
        return (rule ?? "security.api", $"{name} is not allowed in a pipeline{(meaning is null ? "" : $": it reaches {meaning}")}.", name);
    }

    private static bool IsAllowedType(INamedTypeSymbol type, string name, bool isTest)
    {
        for (var outer = type; outer is not null; outer = outer.ContainingType)
        {
            if (Denied.Contains(FullName(outer)))
                return false;
        }
        var space = type.ContainingNamespace?.ToDisplayString() ?? "";
        var outermost = name.Length > space.Length && space.Length > 0 ? $"{space}.{name[(space.Length + 1)..].Split('.')[0]}" : name;
        return Namespaces.Contains(space) || Types.Contains(outermost) || (isTest && space == "Xunit");
    }

    /// <summary>Readers and writers over a stream are fine; over a path they open a file.</summary>
    private static bool OpensFile(ISymbol symbol, string typeName) =>
        typeName is "System.IO.StreamReader" or "System.IO.StreamWriter"
        && symbol is IMethodSymbol { MethodKind: MethodKind.Constructor, Parameters: [{ Type.SpecialType: SpecialType.System_String }, ..] };

    /// <summary>Namespace, outer types and name, without type parameters.</summary>
    private static string FullName(INamedTypeSymbol type)
    {
        if (type.ContainingType is { } outer)
            return $"{FullName(outer)}.{type.Name}";
        return type.ContainingNamespace is { IsGlobalNamespace: false } space ? $"{space.ToDisplayString()}.{type.Name}" : type.Name;
    }

    private static HashSet<string> Expand(Dictionary<string, string> names) =>
        [.. names.SelectMany(entry => entry.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(name => $"{entry.Key}.{name}"))];
}
