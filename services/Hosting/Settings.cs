using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

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
        var configuration = builder.Configuration.GetSection(section);
        var value = new T();
        var faults = Unreadable<T>(configuration).ToList();
        if (faults.Count == 0)
            configuration.Bind(value, options => options.ErrorOnUnknownConfiguration = true);

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

    private static IEnumerable<string> Unreadable<T>(IConfigurationSection section)
    {
        var known = typeof(T).GetProperties();
        foreach (var setting in section.GetChildren())
        {
            var property = known.FirstOrDefault(candidate =>
                string.Equals(candidate.Name, setting.Key, StringComparison.OrdinalIgnoreCase)
            );
            if (property is null)
                yield return $"Setting '{setting.Path}' is unknown; there are {string.Join(", ", known.Select(one => one.Name))}.";
            else if (!CanRead(setting, property.PropertyType))
                yield return $"Setting '{setting.Path}' is not a {property.PropertyType.Name}{Range(property)}.";
        }
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
}
