using System.Globalization;
using Xunit.Sdk;

namespace DbVc.Worker;

/// <summary>Settings for xunit, by name; what is not set keeps xunit's default.</summary>
internal sealed class TestOptions : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
{
    private readonly Dictionary<string, object?> _values = [];

    public TValue? GetValue<TValue>(string name)
    {
        if (!_values.TryGetValue(name, out var value) || value is null)
            return default;
        var type = Nullable.GetUnderlyingType(typeof(TValue)) ?? typeof(TValue);
        return (TValue?)(type.IsInstanceOfType(value) ? value : Convert.ChangeType(value, type, CultureInfo.InvariantCulture));
    }

    public void SetValue<TValue>(string name, TValue value) => _values[name] = value;

    public string ToJson() => "{}";
}
