using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace LeadSync.Hosting;

/// <summary>Settings are classes, bound once and checked when the service starts; consumers take the value itself.</summary>
public static class Settings
{
    /// <summary>
    /// Binds <typeparamref name="T"/> to a section and registers its value. A wrong setting stops the service at start, with
    /// the setting's key and what it may be.
    /// </summary>
    public static T AddSettings<T>(this IHostApplicationBuilder builder, string section)
        where T : class, new()
    {
        var value = new T();
        var faults = new List<string>();
        var readable = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var setting in builder.Configuration.GetSection(section).GetChildren())
        {
            if (Fault<T>(setting) is { } fault)
                faults.Add(fault);
            else
                foreach (var (key, text) in setting.AsEnumerable())
                    readable[key] = text;
        }
        new ConfigurationBuilder().AddInMemoryCollection(readable).Build().GetSection(section).Bind(value);

        var invalid = new List<ValidationResult>();
        Validator.TryValidateObject(value, new ValidationContext(value), invalid, validateAllProperties: true);
        faults.AddRange(
            invalid.Select(fault => $"Setting '{section}:{string.Join(", ", fault.MemberNames)}': {fault.ErrorMessage}")
        );
        if (faults.Count > 0)
            throw new OptionsValidationException(section, typeof(T), faults);

        builder.Services.AddSingleton(value);
        return value;
    }

    // What is wrong with one setting before its value is looked at: no such, or not of its type.
    private static string? Fault<T>(IConfigurationSection setting)
    {
        var known = typeof(T).GetProperties();
        var property = known.FirstOrDefault(candidate =>
            string.Equals(candidate.Name, setting.Key, StringComparison.OrdinalIgnoreCase)
        );
        if (property is null)
            return $"Setting '{setting.Path}' is unknown; there are {string.Join(", ", known.Select(one => one.Name))}.";
        return CanRead(setting, property.PropertyType)
            ? null
            : $"Setting '{setting.Path}' is not a {property.PropertyType.Name}{Range(property)}.";
    }

    private static bool CanRead(IConfigurationSection setting, Type type)
    {
        try
        {
            setting.Get(type, options => options.ErrorOnUnknownConfiguration = true);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static string Range(PropertyInfo property) =>
        property.GetCustomAttribute<RangeAttribute>() is { } range
            ? $" between {range.Minimum} and {range.Maximum}"
            : "";

    /// <summary>A setting given by environment under one fixed name; missing, the service does not start.</summary>
    public static string Required(this IConfiguration configuration, string key, string meaning) =>
        configuration[key] is { Length: > 0 } value
            ? value
            : throw new OptionsValidationException(key, typeof(string), [$"Setting '{key}' is missing: {meaning}"]);

    /// <summary>A required setting that is an absolute address with one of these schemes.</summary>
    public static Uri RequiredAddress(
        this IConfiguration configuration,
        string key,
        string meaning,
        params ReadOnlySpan<string> schemes
    ) =>
        Uri.TryCreate(configuration.Required(key, meaning), UriKind.Absolute, out var address)
        && schemes.Contains(address.Scheme)
            ? address
            // Without the value: it may hold a password.
            : throw new OptionsValidationException(
                key,
                typeof(Uri),
                [
                    $"Setting '{key}' is no address beginning with {string.Join(" or ", schemes.ToArray().Select(scheme => $"{scheme}://"))}: {meaning}",
                ]
            );

    /// <summary>A required setting that is a PostgreSQL connection string.</summary>
    public static string RequiredConnectionString(this IConfiguration configuration, string key, string meaning)
    {
        var text = configuration.Required(key, meaning);
        try
        {
            return new NpgsqlConnectionStringBuilder(text).ConnectionString;
        }
        // Not as the inner exception: its message may quote a part of the value, which holds a password.
        catch (Exception fault) when (fault is ArgumentException or FormatException)
        {
            return Refuse(key, meaning);
        }

        static string Refuse(string key, string meaning) =>
            throw new OptionsValidationException(
                key,
                typeof(string),
                [
                    $"Setting '{key}' is no PostgreSQL connection string, as Host=…;Username=…;Password=…;Database=…: {meaning}",
                ]
            );
    }
}
